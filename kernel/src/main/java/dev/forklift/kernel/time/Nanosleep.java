package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.wait.Sleeper;
import org.jspecify.annotations.Nullable;

/// Sleeping until a clock shows some time (clock_nanosleep(2)).
public final class Nanosleep {
  private final Sleeper sleeper;
  private final TimerBase base;
  private final long end;
  private final @Nullable Remainder remainder;

  /// Where the caller wants the time that was left when a signal cut its sleep short.
  @FunctionalInterface
  public interface Remainder {
    void put(Timespec left) throws Errno;
  }

  private Nanosleep(Sleeper sleeper, TimerBase base, long end, @Nullable Remainder remainder) {
    this.sleeper = sleeper;
    this.base = base;
    this.end = end;
    this.remainder = remainder;
  }

  /// Sleeps for some time.
  ///
  /// A signal without a handler lets it go on until the same time; with a handler it ends with
  /// EINTR, whatever SA_RESTART says, and the remaining time is told before the handler runs.
  public static void sleep(
      TimeUser user, PosixClock clock, long nanos, @Nullable Remainder remainder) throws Errno {
    TimerBase base = clock.sleepBase(false);
    new Nanosleep(user.sleeper(), base, base.after(nanos), remainder).go();
  }

  /// Sleeps until the clock shows `time`. A signal without a handler starts the call anew.
  public static void sleepUntil(TimeUser user, PosixClock clock, long time) throws Errno {
    TimerBase base = clock.sleepBase(true);
    Nanosleep sleep = new Nanosleep(user.sleeper(), base, time, null);
    if (!sleep.sleptThrough()) {
      throw Errno.ERESTARTNOHAND;
    }
  }

  private void go() throws Errno {
    if (sleptThrough()) {
      return;
    }
    if (remainder != null) {
      long left = end - base.now();
      if (left <= 0) {
        return;
      }
      remainder.put(Timespec.ofNanos(left));
    }
    throw sleeper.restartWith(() -> {
      go();
      return 0;
    });
  }

  /// @return false if a signal came first
  private boolean sleptThrough() {
    while (base.now() < end) {
      if (sleeper.signalPending()) {
        return false;
      }
      base.sleep(sleeper, end);
    }
    return true;
  }
}
