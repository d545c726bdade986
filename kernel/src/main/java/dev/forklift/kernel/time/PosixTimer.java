package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Itimerspec;

/// One POSIX timer.
///
/// It expires, sends its signal, and if it repeats rests until the signal is taken; expirations
/// that were missed meanwhile are counted then (timer_getoverrun(2)).
final class PosixTimer {
  private final int id;
  private final TimerTarget target;
  private final TimerTarget.Reservation signal;
  private final SigEvent event;
  private final TimerBase relativeBase;
  private final TimerBase absoluteBase;
  private final KernelTimer timer = new KernelTimer(this::expired);
  private final Period period = new Period();

  /// The clock it was set on last.
  private TimerBase base;

  /// Whether it has been set and, unless it repeats, not expired.
  private boolean active;

  /// Whether it rests until its signal is taken.
  private boolean resting;

  /// Expirations without a signal of their own since the last one that was taken.
  private long missed;

  /// Expirations while the signal was pending that did not come from resting.
  private long merged;

  private long lastOverrun;

  PosixTimer(
      int id,
      TimerTarget target,
      TimerTarget.Reservation signal,
      SigEvent event,
      TimerBase relativeBase,
      TimerBase absoluteBase) {
    this.id = id;
    this.target = target;
    this.signal = signal;
    this.event = event;
    this.relativeBase = relativeBase;
    this.absoluteBase = absoluteBase;
    this.base = relativeBase;
  }

  Itimerspec get() {
    if (!active && !resting) {
      return Itimerspec.ofNanos(period.interval(), 0);
    }
    long now = base.now();
    if (period.repeats() && (resting || event.isNone())) {
      missed += period.forward(now);
    }
    long left = period.expires() - now;
    if (left <= 0) {
      // Due and not yet expired. Nobody waits for one without a signal to expire.
      left = event.isNone() ? 0 : 1;
    }
    return Itimerspec.ofNanos(period.interval(), left);
  }

  void set(boolean absolute, long interval, long value) {
    disarm();
    base = absolute ? absoluteBase : relativeBase;
    lastOverrun = 0;
    missed = 0;
    if (value == 0) {
      period.set(0, 0);
      return;
    }
    period.set(interval, absolute ? value : base.after(value));
    active = true;
    if (!event.isNone()) {
      timer.arm(base, period.expires());
    }
  }

  void disarm() {
    timer.cancel();
    active = false;
    resting = false;
  }

  /// It is no more.
  void end() {
    disarm();
    signal.release(id);
  }

  int overrun() {
    return clamp(lastOverrun);
  }

  private void expired() {
    active = false;
    TimerTarget.Sent sent = target.send(event.forTimer(id));
    switch (sent) {
      case QUEUED -> merged = 0;
      case PENDING -> merged++;
      case IGNORED, NOBODY -> {}
    }
    if (!period.repeats()) {
      return;
    }
    if (sent == TimerTarget.Sent.IGNORED) {
      // It goes on by itself, as the signal may be wanted later; not faster than the ticks.
      missed += period.forward(base.now() + Math.max(0, Ticks.NANOS - period.interval()));
      active = true;
      timer.arm(base, period.expires());
    } else {
      resting = true;
    }
  }

  int taken() {
    long overrun = merged;
    merged = 0;
    if (resting) {
      missed += period.forward(base.now());
      resting = false;
      active = true;
      timer.arm(base, period.expires());
      lastOverrun = missed - 1;
      missed = 0;
      overrun += lastOverrun;
    }
    return clamp(overrun);
  }

  private static int clamp(long count) {
    return (int) Math.min(Math.max(0, count), Integer.MAX_VALUE);
  }
}
