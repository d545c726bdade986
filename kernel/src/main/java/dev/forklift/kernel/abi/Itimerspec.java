package dev.forklift.kernel.abi;

/// How a timer is set (itimerspec(3type)): when it expires first, and after what time again.
///
/// @param interval zero for a timer that expires once
/// @param value zero for a timer that is not armed
public record Itimerspec(Timespec interval, Timespec value) {
  public static Itimerspec ofNanos(long interval, long value) {
    return new Itimerspec(Timespec.ofNanos(interval), Timespec.ofNanos(value));
  }

  public boolean isValid() {
    return interval.isValid() && value.isValid();
  }
}
