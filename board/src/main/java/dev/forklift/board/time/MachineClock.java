package dev.forklift.board.time;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import java.util.function.LongSupplier;

/// The time that a machine lives in.
public sealed interface MachineClock extends Stateful {
  /// A hundred years, so that there is room for deadlines behind every time.
  long MOST_NANOS = 100L * 365 * 24 * 3600 * 1_000_000_000;

  /// Nanoseconds since the machine was switched on.
  long nanos();

  /// How many instructions the CPU may execute until somebody has to look at the clock again.
  ///
  /// @param deadline when something is to happen; `Long.MAX_VALUE` for never
  long instructionsUntil(long deadline);

  /// Nothing happens until `deadline`, or until `wakeUp` is called for.
  void rest(long deadline, WakeUp wakeUp);

  /// The host's time.
  static MachineClock ofHost() {
    return new Host(System.nanoTime());
  }

  /// A time that goes on with each instruction and skips what the CPU sleeps through.
  static MachineClock counted(LongSupplier instructions) {
    return new Counted(instructions);
  }

  /// The host's time.
  final class Host implements MachineClock {
    /// Some hundred microseconds.
    private static final long LOOK = 20_000;

    /// What the host's clock said at first.
    private long start;

    Host(long start) {
      this.start = start;
    }

    /// Time stands still between saving and restoring.
    @Override
    public void transfer(StateFields fields) throws BadInputException {
      start = System.nanoTime() - fields.number(nanos(), 0, MOST_NANOS);
    }

    @Override
    public long nanos() {
      return System.nanoTime() - start;
    }

    @Override
    public long instructionsUntil(long deadline) {
      return LOOK;
    }

    @Override
    public void rest(long deadline, WakeUp wakeUp) {
      wakeUp.await(deadline == Long.MAX_VALUE ? Long.MAX_VALUE : deadline - nanos());
    }
  }

  /// Ten nanoseconds an instruction, as if it ran at 100 MHz.
  final class Counted implements MachineClock {
    private static final long NANOS = 10;
    private static final long MOST = 1_000_000;

    private final LongSupplier instructions;
    private long skipped;

    Counted(LongSupplier instructions) {
      this.instructions = instructions;
    }

    @Override
    public void transfer(StateFields fields) throws BadInputException {
      skipped = fields.number(skipped, 0, MOST_NANOS);
    }

    @Override
    public long nanos() {
      return instructions.getAsLong() * NANOS + skipped;
    }

    @Override
    public long instructionsUntil(long deadline) {
      return Math.clamp((deadline - nanos() + NANOS - 1) / NANOS, 1, MOST);
    }

    @Override
    public void rest(long deadline, WakeUp wakeUp) {
      if (deadline == Long.MAX_VALUE) {
        wakeUp.await(Long.MAX_VALUE);
      } else {
        skipped += Math.max(0, deadline - nanos());
      }
    }
  }
}
