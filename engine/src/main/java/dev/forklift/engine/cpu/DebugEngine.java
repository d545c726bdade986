package dev.forklift.engine.cpu;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.GuestFault;
import org.jspecify.annotations.Nullable;

/// Runs guest code under a debugger: comes back before instructions that have a breakpoint, and
/// behind those that access what is watched.
///
/// Guest memory does not show it: the code is not changed. Everything is evaluated, block by block;
/// in a block that has a breakpoint, instruction by instruction.
public final class DebugEngine implements Engine {
  private final StopPoints points;

  public DebugEngine(StopPoints points) {
    this.points = points;
  }

  @Override
  public Exit run(Cpu cpu, AddressSpace space) {
    while (true) {
      if (points.isBreakpoint(cpu.pc)) {
        return Exit.BREAKPOINT;
      }
      Exit exit = runBlock(cpu, space);
      if (exit != null
          && (exit != Exit.SAFE_POINT
              || cpu.isInterrupted()
              || cpu.instructions >= cpu.instructionLimit)) {
        return exit;
      }
    }
  }

  @Override
  public Exit step(Cpu cpu, AddressSpace space) {
    return points.areWatching() ? watchedStep(cpu, space) : Evaluator.stepOne(cpu, space);
  }

  /// Runs a block, or one instruction of it. Null means that it came to its end.
  private @Nullable Exit runBlock(Cpu cpu, AddressSpace space) {
    Block block;
    try {
      if (Evaluator.isMisaligned(cpu)) {
        return Evaluator.raise(cpu, cpu.isa().misalignedJump());
      }
      CodePage page = space.codePage(cpu.pc);
      block = Evaluator.block(cpu, space, page, cpu.pc);
    } catch (GuestFault fault) {
      return Evaluator.fault(cpu, fault);
    }
    if (points.isBreakpointWithin(block.start() + 1, block.end())) {
      return step(cpu, space);
    }
    if (!points.areWatching()) {
      return Evaluator.execute(block, cpu, cpu.file, space);
    }
    WatchedSpace watched = new WatchedSpace(space, points);
    Exit exit = Evaluator.execute(block, cpu, cpu.file, watched);
    return exit == Exit.FAULT && cpu.fault == watched.hit() ? watchedStep(cpu, space) : exit;
  }

  private Exit watchedStep(Cpu cpu, AddressSpace space) {
    WatchedSpace watched = new WatchedSpace(space, points);
    Exit exit = Evaluator.stepOne(cpu, watched);
    if (exit != Exit.FAULT || cpu.fault != watched.hit()) {
      return exit;
    }
    // The access is seen before it is done. Now it is.
    exit = Evaluator.stepOne(cpu, space);
    if (exit != Exit.SAFE_POINT) {
      return exit;
    }
    cpu.watchedAddress = watched.hit().address();
    cpu.watchedAccess = watched.hit().access();
    return Exit.WATCHPOINT;
  }
}
