package dev.forklift.kernel.process;

/// What a task has still to do about stops, of its process or for its tracer (Linux's `jobctl`).
final class StopFlags {
  private final Task task;
  private boolean stopPending;
  private boolean consume;
  private boolean dequeued;
  private int signal;
  private boolean trapStop;
  private boolean trapNotify;
  private boolean listening;

  StopFlags(Task task) {
    this.task = task;
  }

  /// Says whether it has to look at them on its way to user mode.
  boolean anyPending() {
    return stopPending || isTrapPending();
  }

  private boolean isPastStopping() {
    return task.fatalSignalPending() || task.isExiting();
  }

  // Stops of the process.

  /// It is to stop with its process.
  ///
  /// @param counted whether the process is not stopped before this one is
  /// @return false if it ends anyway
  boolean requestStop(int stopSignal, boolean counted) {
    if (isPastStopping()) {
      return false;
    }
    signal = stopSignal;
    stopPending = true;
    consume |= counted;
    return true;
  }

  /// It is no longer to stop with its process.
  ///
  /// @return whether the process waited for it
  boolean clearStop() {
    boolean counted = consume;
    stopPending = false;
    consume = false;
    dequeued = false;
    return counted;
  }

  boolean isStopPending() {
    return stopPending;
  }

  /// The signal of the last stop; 0 if there has been none.
  int signal() {
    return signal;
  }

  /// It has taken a signal which may turn out to stop it. SIGCONT takes that back.
  void setDequeued() {
    dequeued = true;
  }

  boolean isDequeued() {
    return dequeued;
  }

  // Stops for the tracer.

  /// It is to stop for its tracer as soon as it can.
  ///
  /// @return false if it ends anyway
  boolean requestTrap() {
    trapStop |= !isPastStopping();
    return trapStop;
  }

  /// Its tracer, having seized it, is to see that a stop of the process has begun or ended.
  void requestNotice() {
    trapNotify |= !isPastStopping();
  }

  boolean isTrapPending() {
    return trapStop || trapNotify;
  }

  boolean isNoticePending() {
    return trapNotify;
  }

  void clearTrap() {
    trapStop = false;
  }

  void clearNotice() {
    trapNotify = false;
  }

  /// Says whether its tracer waits for the end of the stop (PTRACE_LISTEN).
  boolean isListening() {
    return listening;
  }

  void setListening(boolean value) {
    listening = value;
  }
}
