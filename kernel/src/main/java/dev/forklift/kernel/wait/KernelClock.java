package dev.forklift.kernel.wait;

import java.util.concurrent.locks.Condition;

/// Where a kernel's time comes from, and how it is waited for.
///
/// One interface, so that a deterministic clock can take the place of the host's.
public interface KernelClock {
  /// A deadline that never comes.
  long NEVER = Long.MAX_VALUE;

  /// CLOCK_MONOTONIC: nanoseconds since this kernel booted.
  long monotonicNanos();

  /// CLOCK_REALTIME: nanoseconds since 1970.
  long realtimeNanos();

  /// Sets CLOCK_REALTIME, for this kernel only, and wakes [#realtimeSet]. Wants the kernel lock.
  void setRealtime(long nanos);

  /// Woken when CLOCK_REALTIME was set, for those who wait until it shows some time.
  WaitQueue realtimeSet();

  /// Waits on `condition` until signalled or until the monotonic clock shows `deadline`; may return
  /// early for no reason.
  void await(Condition condition, long deadline);

  /// The host's clocks.
  static KernelClock host() {
    return new HostClock();
  }
}
