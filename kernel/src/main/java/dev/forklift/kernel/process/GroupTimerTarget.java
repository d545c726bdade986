package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.signal.SignalSlot;
import dev.forklift.kernel.time.TimerTarget;
import org.jspecify.annotations.Nullable;

/// A process as the target of its timers' signals.
final class GroupTimerTarget implements TimerTarget {
  private final ThreadGroup group;

  GroupTimerTarget(ThreadGroup group) {
    this.group = group;
  }

  @Override
  public void raise(int signal) {
    Signals.sendToGroup(group, SigInfo.kernel(signal));
  }

  @Override
  public Sent send(TimerSignal signal) {
    SigInfo info = SigInfo.timer(signal.signal(), signal.timer(), 0, signal.value());
    if (signal.thread() == 0) {
      return Signals.sendTimer(group, null, info);
    }
    Task thread = thread(signal.thread());
    return thread == null ? Sent.NOBODY : Signals.sendTimer(group, thread, info);
  }

  @Override
  public boolean hasThread(int tid) {
    return thread(tid) != null;
  }

  private @Nullable Task thread(int tid) {
    Pid pid = group.leader().pidNamespace().find(tid);
    Task found = pid == null ? null : pid.task();
    return found == null || found.group() != group || found.isExiting() ? null : found;
  }

  @Override
  public @Nullable Reservation reserveSignal() {
    Task maker = group.leader().kernel().current();
    long limit = group.limits().soft(ResourceLimits.RLIMIT_SIGPENDING);
    SignalSlot slot = SignalSlot.take(maker.credentials(), limit);
    return slot == null ? null : timer -> release(timer, slot);
  }

  private void release(int timer, SignalSlot slot) {
    if (group.pending().takeOver(timer, slot)) {
      return;
    }
    for (Task thread : group.threadList()) {
      if (thread.pending().takeOver(timer, slot)) {
        return;
      }
    }
    slot.giveBack();
  }
}
