package dev.forklift.kernel.time;

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

  /// Sets a queued signal aside for a timer to be made, or returns false at RLIMIT_SIGPENDING.
  boolean reserveSignal();

  /// Gives back what [#reserveSignal] has taken.
  void releaseSignal();
}
