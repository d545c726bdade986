package dev.forklift.kernel.time;

import org.jspecify.annotations.Nullable;

/// Something that is to happen at some time, once each time it is armed (Linux's `hrtimer`).
public final class KernelTimer {
  private final Runnable action;
  private @Nullable TimerBase base;
  private long expires;
  private long number;

  /// @param action run under the kernel lock, on the timer thread; may arm the timer again
  public KernelTimer(Runnable action) {
    this.action = action;
  }

  /// Makes the action happen when the clock shows `time`, and not when it was to happen before.
  public void arm(TimerBase newBase, long time) {
    cancel();
    expires = time;
    base = newBase;
    newBase.add(this);
  }

  /// Makes the action not happen.
  public void cancel() {
    TimerBase armedOn = base;
    if (armedOn != null) {
      base = null;
      armedOn.remove(this);
    }
  }

  public boolean isArmed() {
    return base != null;
  }

  /// When it is due, on the clock it was armed on last.
  public long expires() {
    return expires;
  }

  /// Which of two timers due at the same time was armed first.
  long number() {
    return number;
  }

  void setNumber(long number) {
    this.number = number;
  }

  /// The time has come.
  void expire() {
    cancel();
    action.run();
  }
}
