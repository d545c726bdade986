package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.ClockId;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.wait.KernelClock;
import org.jspecify.annotations.Nullable;

/// The clocks of a kernel, by their ids (clock_gettime(2)).
public final class Clocks {
  /// No time that is set may be so late that times shortly after it overflow.
  private static final long LATEST_SECONDS = Long.MAX_VALUE / 1_000_000_000 - 30L * 365 * 24 * 3600;

  private static final long NANOS_PER_MINUTE = 60_000_000_000L;

  private final KernelClock clock;
  private final TimerQueue queue;
  private final TimeAdjustment adjustment;
  private TimeZone timeZone = new TimeZone(0, 0);
  private boolean timeZoneSet;

  /// The kernel's idea of a time zone (settimeofday(2)), which it only keeps.
  public record TimeZone(int minutesWest, int dstTime) {
    private static final int FARTHEST = 15 * 60;
  }

  public Clocks(KernelClock clock, TimerQueue queue) {
    this.clock = clock;
    this.queue = queue;
    this.adjustment = new TimeAdjustment(this);
  }

  /// CLOCK_REALTIME and CLOCK_MONOTONIC themselves.
  public KernelClock kernelClock() {
    return clock;
  }

  public TimerQueue timers() {
    return queue;
  }

  /// What adjtimex(2) reads and sets.
  public TimeAdjustment adjustment() {
    return adjustment;
  }

  /// The clock of an id.
  ///
  /// @throws Errno EINVAL if there can be none
  public PosixClock find(int id, TimeUser user) throws Errno {
    if (id < 0) {
      return ClockId.isFile(id) ? new FileClock() : CpuTimeClock.dynamic(queue, user, id);
    }
    return switch (id) {
      case ClockId.CLOCK_PROCESS_CPUTIME_ID -> CpuTimeClock.process(queue, user);
      case ClockId.CLOCK_THREAD_CPUTIME_ID -> CpuTimeClock.thread(queue, user);
      case ClockId.CLOCK_REALTIME -> new WallClock(this, user, WallClock.Kind.REALTIME);
      case ClockId.CLOCK_MONOTONIC -> new WallClock(this, user, WallClock.Kind.MONOTONIC);
      case ClockId.CLOCK_MONOTONIC_RAW -> new WallClock(this, user, WallClock.Kind.RAW);
      case ClockId.CLOCK_REALTIME_COARSE ->
          new WallClock(this, user, WallClock.Kind.REALTIME_COARSE);
      case ClockId.CLOCK_MONOTONIC_COARSE ->
          new WallClock(this, user, WallClock.Kind.MONOTONIC_COARSE);
      case ClockId.CLOCK_BOOTTIME -> new WallClock(this, user, WallClock.Kind.BOOTTIME);
      case ClockId.CLOCK_REALTIME_ALARM, ClockId.CLOCK_BOOTTIME_ALARM -> new AlarmClock();
      case ClockId.CLOCK_TAI -> new WallClock(this, user, WallClock.Kind.TAI);
      default -> throw Errno.EINVAL;
    };
  }

  /// Sets CLOCK_REALTIME for this kernel.
  ///
  /// @throws Errno EINVAL for a time that is not one or lies before boot, EPERM without
  ///   CAP_SYS_TIME
  public void setRealtime(Timespec time, TimeUser user) throws Errno {
    checkTime(time);
    requirePrivilege(user);
    if (time.toNanos() < clock.monotonicNanos()) {
      throw Errno.EINVAL;
    }
    move(time.toNanos());
  }

  private static void checkTime(Timespec time) throws Errno {
    if (!time.isValid() || time.seconds() >= LATEST_SECONDS) {
      throw Errno.EINVAL;
    }
  }

  public TimeZone timeZone() {
    return timeZone;
  }

  /// settimeofday(2). The first time zone that comes without a time says how far the clock, which
  /// was set from a clock with local time, is off.
  public void setTimeOfDay(@Nullable Timespec time, @Nullable TimeZone zone, TimeUser user)
      throws Errno {
    if (time != null) {
      checkTime(time);
    }
    requirePrivilege(user);
    if (zone != null) {
      if (Math.abs((long) zone.minutesWest()) > TimeZone.FARTHEST) {
        throw Errno.EINVAL;
      }
      timeZone = zone;
      if (!timeZoneSet && time == null) {
        move(clock.realtimeNanos() + zone.minutesWest() * NANOS_PER_MINUTE);
      }
      timeZoneSet = true;
    }
    if (time != null) {
      setRealtime(time, user);
    }
  }

  private void move(long nanos) {
    clock.setRealtime(nanos);
    adjustment.clockSet();
  }

  /// Refuses with EPERM whoever lacks CAP_SYS_TIME.
  public static void requirePrivilege(TimeUser user) throws Errno {
    if (!user.credentials().has(Capability.SYS_TIME)) {
      throw Errno.EPERM;
    }
  }
}
