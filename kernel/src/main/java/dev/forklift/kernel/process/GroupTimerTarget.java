package dev.forklift.kernel.process;

import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.time.TimerTarget;

/// A process as the target of its timers' signals.
record GroupTimerTarget(ThreadGroup group) implements TimerTarget {
  @Override
  public void raise(int signal) {
    Signals.sendToGroup(group, SigInfo.kernel(signal));
  }

  @Override
  public Sent send(TimerSignal signal) {
    throw new IllegalStateException("no POSIX timers yet");
  }

  @Override
  public boolean hasThread(int tid) {
    return group.threadList().stream()
        .anyMatch(t -> t.pid().in(group.leader().pidNamespace()) == tid);
  }

  @Override
  public boolean reserveSignal() {
    return true;
  }

  @Override
  public void releaseSignal() {}
}
