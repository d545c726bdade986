package dev.forklift.engine.jit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.LiftedBlock;
import dev.forklift.engine.ir.BinaryOp;
import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LoopsTest {
  private static final int REGISTERS = 32;

  private final TreeMap<Long, LiftedBlock> blocks = new TreeMap<>();

  /// A block of 8 bytes that sets register `start` / 8, and then branches or goes on.
  private void branch(long start, long taken) {
    add(start, new Op.Branch(BinaryOp.EQUAL, register(30), register(31), taken, start + 8));
  }

  private void jump(long start, long target) {
    add(start, new Op.Jump(target, Op.JumpKind.JUMP));
  }

  private void call(long start) {
    add(start, new Op.Jump(0x1000, Op.JumpKind.CALL));
  }

  private void end(long start) {
    add(start, new Op.JumpIndirect(register(31), Op.JumpKind.RETURN));
  }

  private void add(long start, Op.Terminator terminator) {
    int number = (int) (start / 8);
    blocks.put(
        start,
        new LiftedBlock(
            start, start + 8, 2, List.of(new Op.Move(number, register(number + 1)), terminator)));
  }

  private static Value register(int number) {
    return new Value.Reg(number);
  }

  private Loops loops() {
    return new Loops(
        new Region(blocks, 0L, blocks.keySet(), false, new TreeMap<>(), Map.of()), REGISTERS);
  }

  private static Set<Long> blocksOf(Loops loops, long start) {
    Loops.Loop loop = loops.of(start);
    return loop == null ? Set.of() : loop.blocks();
  }

  @Test
  void codeWithoutAWayBackHasNone() {
    branch(0, 16);
    jump(8, 16);
    end(16);
    assertThat(loops().of(0)).isNull();
    assertThat(loops().of(8)).isNull();
    assertThat(loops().of(16)).isNull();
  }

  @Test
  void aBlockThatJumpsToItselfIsOne() {
    jump(0, 8);
    branch(8, 8);
    end(16);
    Loops loops = loops();
    assertThat(blocksOf(loops, 8)).containsExactly(8L);
    assertThat(loops.of(0)).isNull();
    assertThat(loops.of(16)).isNull();
  }

  @Test
  void onlyTheInnermostCounts() {
    jump(0, 8);
    jump(8, 16);
    branch(16, 16);
    branch(24, 8);
    end(32);
    Loops loops = loops();
    assertThat(blocksOf(loops, 16)).containsExactly(16L);
    assertThat(loops.of(8)).isNull();
    assertThat(loops.of(24)).isNull();
  }

  @Test
  void itIsFoundWhereTheRegionIsEnteredInIt() {
    branch(0, 16);
    jump(8, 0);
    end(16);
    assertThat(blocksOf(loops(), 8)).containsExactlyInAnyOrder(0L, 8L);
  }

  @Test
  void theWayThroughACallIsNoPartOfIt() {
    branch(0, 16);
    jump(8, 0);
    call(16);
    jump(24, 0);
    Loops loops = loops();
    assertThat(blocksOf(loops, 0)).containsExactlyInAnyOrder(0L, 8L);
    assertThat(loops.of(16)).isNull();
    assertThat(loops.of(24)).isNull();
  }

  @Test
  void aLoopThatAlwaysCallsIsNone() {
    call(0);
    branch(8, 0);
    end(16);
    assertThat(loops().of(0)).isNull();
    assertThat(loops().of(8)).isNull();
  }

  @Test
  void itKnowsTheRegistersThatItTouches() {
    jump(0, 8);
    branch(8, 8);
    end(16);
    Loops.Loop loop = loops().of(8);
    assertThat(loop).isNotNull();
    if (loop != null) {
      assertThat(loop.registers().stream()).containsExactly(1, 2, 30, 31);
    }
  }
}
