package dev.forklift.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.PagedAddressSpace;
import dev.forklift.engine.memory.Protection;
import org.junit.jupiter.api.Test;

/// Programs of the [Toy] architecture under a debugger.
final class DebugEngineTest {
  private static final int PAGE_SHIFT = 13;
  private static final int PAGE = 1 << PAGE_SHIFT;
  private static final long CODE = 0x12_3456_0000L;
  private static final long DATA = 0x40_0000_0000L;

  private final Toy toy = new Toy();
  private final PagedAddressSpace space =
      PagedAddressSpace.create(new FrameBudget(1 << 24), toy.byteOrder(), PAGE_SHIFT, 1L << 40, 1);
  private final Cpu cpu = new Cpu(toy);
  private final StopPoints points = new StopPoints();
  private final Engine engine = new DebugEngine(points);

  DebugEngineTest() {
    space.map(DATA, PAGE, Protection.READ | Protection.WRITE, null, 0, false, null);
    space.map(CODE, PAGE, Protection.READ | Protection.EXECUTE, null, 0, false, null);
    cpu.setPc(CODE);
    cpu.setRegister(10, DATA);
    byte[] code =
        toy.instructions()
            .assembler()
            .assemble(CODE, "li x1,1\n li x2,2\n st x1,8(x10)\n ld x3,8(x10)\n li x4,4\n trap 0");
    space.poke(CODE, code, 0, code.length);
  }

  private Exit run() {
    return engine.run(cpu, space);
  }

  @Test
  void withoutStopPointsItRunsLikeAnyEngine() {
    assertThat(run()).isEqualTo(Exit.TRAP);
    assertThat(cpu.register(3)).isEqualTo(1);
    assertThat(cpu.instructions()).isEqualTo(6);
  }

  @Test
  void aBreakpointInsideOfABlockStopsBeforeItsInstruction() {
    assertThat(run()).as("the block is there already").isEqualTo(Exit.TRAP);
    cpu.clearRegisters();
    cpu.setRegister(10, DATA);
    cpu.setPc(CODE);
    points.addBreakpoint(CODE + 2);

    assertThat(run()).isEqualTo(Exit.BREAKPOINT);
    assertThat(cpu.pc()).isEqualTo(CODE + 2);
    assertThat(cpu.register(1)).isEqualTo(1);
    assertThat(cpu.register(2)).isZero();
    assertThat(run()).as("it stays there").isEqualTo(Exit.BREAKPOINT);
    assertThat(engine.step(cpu, space)).as("a step passes it").isEqualTo(Exit.SAFE_POINT);
    assertThat(cpu.register(2)).isEqualTo(2);
    assertThat(run()).isEqualTo(Exit.TRAP);
  }

  @Test
  void aBreakpointTakenAwayIsForgotten() {
    points.addBreakpoint(CODE + 2);
    points.removeBreakpoint(CODE + 2);

    assertThat(run()).isEqualTo(Exit.TRAP);
  }

  @Test
  void aWatchedStoreIsSeenBehindIt() {
    points.addWatch(new StopPoints.Watch(DATA + 12, DATA + 14, false, true));

    assertThat(run()).isEqualTo(Exit.WATCHPOINT);
    assertThat(cpu.watchedAddress()).isEqualTo(DATA + 12);
    assertThat(cpu.watchedAccess()).isEqualTo(Access.WRITE);
    assertThat(space.load64(DATA + 8)).as("the store has been done").isEqualTo(1);
    assertThat(cpu.register(3)).isZero();
    assertThat(run()).as("the load is of no interest").isEqualTo(Exit.TRAP);
  }

  @Test
  void aWatchedLoadIsSeenInAStepToo() {
    points.addWatch(new StopPoints.Watch(DATA + 8, DATA + 9, true, false));

    assertThat(run()).isEqualTo(Exit.WATCHPOINT);
    assertThat(cpu.watchedAccess()).isEqualTo(Access.READ);
    assertThat(cpu.register(3)).isEqualTo(1);
    cpu.setPc(CODE + 2);
    assertThat(engine.step(cpu, space)).isEqualTo(Exit.SAFE_POINT);
    assertThat(engine.step(cpu, space)).isEqualTo(Exit.SAFE_POINT);
    assertThat(engine.step(cpu, space)).isEqualTo(Exit.WATCHPOINT);
  }
}
