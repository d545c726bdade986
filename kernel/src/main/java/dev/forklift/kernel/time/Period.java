package dev.forklift.kernel.time;

/// When a timer that goes off again and again is due next.
public final class Period {
  private long interval;
  private long expires;

  /// Sets it.
  ///
  /// @param newInterval 0 for a timer that goes off once
  public void set(long newInterval, long newExpires) {
    interval = newInterval;
    expires = newExpires;
  }

  /// The time between two expirations, or 0.
  public long interval() {
    return interval;
  }

  /// When it is due next.
  public long expires() {
    return expires;
  }

  public boolean repeats() {
    return interval > 0;
  }

  /// Goes on to the first time after `now`, keeping in step.
  ///
  /// @return how many times were passed over, the last one included
  public long forward(long now) {
    long late = now - expires;
    if (late < 0) {
      return 0;
    }
    long passed = late / interval + 1;
    expires += passed * interval;
    if (expires < 0) {
      expires = Long.MAX_VALUE;
    }
    return passed;
  }
}
