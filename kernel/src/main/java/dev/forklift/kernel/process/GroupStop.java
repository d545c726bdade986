package dev.forklift.kernel.process;

/// Whether a process is being stopped, is stopped, or has been continued, and what of that its
/// parent has not been told yet by wait.
final class GroupStop {
  private int signal;
  private int stoppedThreads;
  private boolean complete;
  private boolean stopUnseen;
  private boolean continueUnseen;

  /// The signal that asked for the stop; 0 if none is in force.
  int signal() {
    return signal;
  }

  void request(int stopSignal) {
    signal = stopSignal;
    complete = false;
  }

  void threadStopped() {
    stoppedThreads++;
  }

  void threadContinued() {
    stoppedThreads--;
  }

  int stoppedThreads() {
    return stoppedThreads;
  }

  boolean isComplete() {
    return complete;
  }

  void setComplete() {
    complete = true;
    stopUnseen = true;
    continueUnseen = false;
  }

  /// Ends the stop.
  ///
  /// @return whether it had been complete, so that the parent is to be told
  boolean resume() {
    boolean was = complete;
    signal = 0;
    complete = false;
    stopUnseen = false;
    if (was) {
      continueUnseen = true;
    }
    return was;
  }

  boolean stopUnseen() {
    return stopUnseen;
  }

  void sawStop() {
    stopUnseen = false;
  }

  boolean continueUnseen() {
    return continueUnseen;
  }

  void sawContinue() {
    continueUnseen = false;
  }
}
