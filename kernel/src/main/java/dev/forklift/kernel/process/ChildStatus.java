package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.signal.SigInfo;

/// What a parent is told about a child.
final class ChildStatus {
  /// Nanoseconds of a clock tick (`USER_HZ` is 100).
  static final long TICK = 10_000_000;

  private ChildStatus() {}

  /// siginfo of SIGCHLD and waitid.
  static SigInfo info(Task child, ThreadGroup parent, int code, int status) {
    int pid = child.pid().in(parent.leader().pidNamespace());
    ResourceUsage usage = ResourceUsage.ofProcess(child.group());
    return new SigInfo(
        Signal.SIGCHLD,
        0,
        code,
        new SigInfo.Child(
            pid,
            child.credentials().uid(),
            status,
            usage.userNanos() / TICK,
            usage.systemNanos() / TICK));
  }

  /// siginfo of an end with a wait status.
  static SigInfo ofExit(Task child, ThreadGroup parent, int waitStatus) {
    int signal = waitStatus & 0x7f;
    if (signal == 0) {
      return info(child, parent, SigInfo.CLD_EXITED, (waitStatus >> 8) & 0xff);
    }
    boolean core = (waitStatus & 0x80) != 0;
    return info(child, parent, core ? SigInfo.CLD_DUMPED : SigInfo.CLD_KILLED, signal);
  }
}
