package dev.forklift.kernel.process;

/// The folder /proc/PID of a process, which pidfd_send_signal(2) takes for a pidfd.
public interface ProcessFolder {
  /// The process, though it may be gone.
  Pid process();
}
