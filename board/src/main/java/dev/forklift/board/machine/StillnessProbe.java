package dev.forklift.board.machine;

import dev.forklift.board.cpu.Processor;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.StoreWatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds out whether the CPU goes round in a circle that only an interrupt can end.
///
/// There is no instruction that waits, so that a kernel that has nothing to do runs, and so does a
/// machine that was halted. The probe lets the CPU run on for a moment, from safe point to safe
/// point, and looks at all it does. If a state of all registers comes back and memory is as it was,
/// with no device asked in between, then the same must happen again and again.
///
/// A kernel's idle loop may count its rounds (Linux with NO_HZ does, in `idle_calls` and
/// `idle_sleeps`). That nothing ever looks at such a counter cannot be seen from a few rounds, so
/// it is a guess: a few words, each one more after each of three rounds, none of them on the stack,
/// where the variables of loops with an end are.
final class StillnessProbe implements StoreWatch {
  /// What it found.
  enum Finding {
    /// The CPU has something to do.
    BUSY,
    /// It waits for an interrupt.
    WAITING,
    /// It seems to wait for an interrupt, and counts how often it looked.
    COUNTING,
    /// It would not take any interrupt.
    STUCK
  }

  private static final int MOST_STEPS = 512;
  private static final int CANDIDATES = 48;
  private static final int MOST_CHANGES = 64;
  private static final int COUNTERS = 4;
  private static final int ROUNDS = 3;

  /// No kernel's stack is larger.
  private static final long STACK = 16 << 10;

  /// A state of the CPU that may come back.
  private record Candidate(long pc, long[] registers, int changes) {}

  private record Change(long address, long before, long after) {}

  private final Engine engine;
  private final Processor processor;
  private final Cpu cpu;
  private final MachineSpace space;
  private final int registers;

  private final List<Candidate> candidates = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private boolean reachedDevice;
  private boolean interruptible;
  private @Nullable Exit met;

  StillnessProbe(Engine engine, Processor processor) {
    this.engine = engine;
    this.processor = processor;
    cpu = processor.cpu();
    space = processor.space();
    registers = cpu.isa().registers().count();
  }

  @Override
  public void changed(long address, int bytes, long before, long after) {
    changes.add(new Change(address, before, after));
  }

  @Override
  public void reachedDevice() {
    reachedDevice = true;
  }

  /// Lets the CPU run on for a while and says what it does.
  Finding probe() {
    candidates.clear();
    changes.clear();
    reachedDevice = false;
    interruptible = false;
    met = null;
    space.watch(this);
    try {
      return find();
    } finally {
      space.watch(null);
    }
  }

  /// What of a debugger's the last probe has met, or null.
  @Nullable Exit met() {
    return met;
  }

  private Finding find() {
    int step = 0;
    for (; step < MOST_STEPS; step++) {
      Candidate before = returnedTo();
      if (before != null) {
        Map<Long, Long> added = added(before.changes);
        if (added.isEmpty()) {
          return interruptible ? Finding.WAITING : Finding.STUCK;
        }
        return interruptible && countsRounds(before, added) ? Finding.COUNTING : Finding.BUSY;
      }
      if (candidates.size() < CANDIDATES) {
        candidates.add(new Candidate(cpu.pc(), Arrays.copyOf(cpu.file, registers), changes.size()));
      }
      if (!step()) {
        return Finding.BUSY;
      }
    }
    return Finding.BUSY;
  }

  private @Nullable Candidate returnedTo() {
    for (Candidate candidate : candidates) {
      if (isAt(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  private boolean isAt(Candidate candidate) {
    return candidate.pc == cpu.pc()
        && Arrays.equals(candidate.registers, 0, registers, cpu.file, 0, registers);
  }

  /// Runs to the next safe point; says whether nothing stood against stillness.
  private boolean step() {
    interruptible |= processor.takesInterrupts();
    cpu.setInstructionLimit(cpu.instructions() + 1);
    Exit exit = engine.run(cpu, space);
    if (exit == Exit.BREAKPOINT || exit == Exit.WATCHPOINT) {
      met = exit;
      return false;
    }
    if (exit != Exit.SAFE_POINT) {
      boolean goesOn = exit == Exit.TRAP;
      long next = cpu.nextPc();
      if (processor.answer(exit) != null || !goesOn || cpu.pc() != next) {
        return false;
      }
    }
    interruptible |= processor.takesInterrupts();
    return !reachedDevice && !cpu.isInterrupted() && changes.size() <= MOST_CHANGES;
  }

  /// What was added to which words since `first`; what came back to what it was is not in it.
  private Map<Long, Long> added(int first) {
    Map<Long, Long> sums = new TreeMap<>();
    for (Change change : changes.subList(first, changes.size())) {
      sums.merge(change.address, change.after - change.before, Long::sum);
    }
    sums.values().removeIf(sum -> sum == 0);
    return sums;
  }

  /// Whether what was added are counters of rounds, to which further rounds add the same.
  private boolean countsRounds(Candidate start, Map<Long, Long> added) {
    if (added.size() > COUNTERS || processor.isUserMode()) {
      return false;
    }
    long stack = processor.physicalStack();
    for (Map.Entry<Long, Long> entry : added.entrySet()) {
      if (entry.getValue() != 1 || Math.abs(entry.getKey() - stack) < STACK) {
        return false;
      }
    }
    for (int round = 1; round < ROUNDS; round++) {
      changes.clear();
      int step = 0;
      do {
        if (step++ == MOST_STEPS || !step()) {
          return false;
        }
      } while (!isAt(start));
      if (!added(0).equals(added)) {
        return false;
      }
    }
    return true;
  }
}
