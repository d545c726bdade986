package dev.forklift.kernel.process;

/// Whether a process is being stopped, is stopped, or has been continued, and what of that its
/// parent has not been told yet.
final class GroupStop {
  private int expected;
  private boolean complete;
  private int code;
  private boolean continueUnseen;
  private int notice;

  /// A stop begins.
  void begin(int signal) {
    if (!complete) {
      code = signal;
    }
    expected = 0;
  }

  /// One more task has to stand still before the process counts as stopped.
  void expectOne() {
    expected++;
  }

  /// One of those stands still or has ended.
  ///
  /// @return whether the process is stopped now and was not before
  boolean countDown() {
    if (expected > 0) {
      expected--;
    }
    if (expected > 0 || complete) {
      return false;
    }
    complete = true;
    continueUnseen = false;
    notice = 0;
    return true;
  }

  /// Says whether a stop is in force or on its way.
  boolean isInForce() {
    return complete || expected > 0;
  }

  /// Says whether tasks have still to stand still.
  boolean isUnderWay() {
    return expected > 0;
  }

  boolean isComplete() {
    return complete;
  }

  /// Ends the stop.
  ///
  /// @param stopped what the parent is told of a stop that was not complete
  /// @param continued what it is told of one that was
  void resume(int stopped, int continued) {
    if (!isInForce()) {
      return;
    }
    notice = complete ? continued : stopped;
    continueUnseen = true;
    complete = false;
    expected = 0;
    code = 0;
  }

  /// What the parent is to be told by the first task that goes on, or 0. Forgotten by this call.
  int takeNotice() {
    int taken = notice;
    notice = 0;
    return taken;
  }

  /// The signal that stopped it, until wait has reported it; then 0.
  int code() {
    return code;
  }

  void sawStop() {
    code = 0;
  }

  boolean continueUnseen() {
    return continueUnseen;
  }

  void sawContinue() {
    continueUnseen = false;
  }
}
