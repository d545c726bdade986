package dev.forklift.kernel.time;

import org.jspecify.annotations.Nullable;

/// A process that timers send signals to.
public interface TimerTarget {
  /// What became of the signal of a POSIX timer.
  enum Sent {
    /// It is pending now. [PosixTimers#taken] is called when it is taken.
    QUEUED,
    /// The same timer's signal was pending already.
    PENDING,
    /// It is ignored, and nobody will take it.
    IGNORED,
    /// The thread that it is for has ended.
    NOBODY
  }

  /// The signal of a POSIX timer, with `si_code` SI_TIMER.
  ///
  /// @param timer `si_timerid`
  /// @param value `si_value`
  /// @param thread the tid of the thread that gets it; 0 if it is for the process
  record TimerSignal(int signal, int timer, long value, int thread) {}

  /// Sends SIGALRM, SIGVTALRM or SIGPROF to the process, with `si_code` SI_KERNEL.
  void raise(int signal);

  /// Sends the signal of a POSIX timer.
  Sent send(TimerSignal signal);

  /// Says whether the process has this thread, by its tid in the process's pid namespace.
  boolean hasThread(int tid);

  /// A queued signal set aside for a timer.
  interface Reservation {
    /// Gives it back, when its timer is no more; if its signal is pending, when that is taken.
    void release(int timer);
  }

  /// Sets a queued signal aside for a timer to be made, or returns null at RLIMIT_SIGPENDING.
  @Nullable Reservation reserveSignal();
}
