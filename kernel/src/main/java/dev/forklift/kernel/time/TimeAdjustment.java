package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;

/// What adjtimex(2) keeps: how an NTP daemon would steer the clock.
///
/// The values are checked, kept and shown, and a step of the clock is made; its speed is the
/// host's, whatever is asked for.
public final class TimeAdjustment {
  private static final int ADJ_OFFSET = 0x0001;
  private static final int ADJ_FREQUENCY = 0x0002;
  private static final int ADJ_MAXERROR = 0x0004;
  private static final int ADJ_ESTERROR = 0x0008;
  private static final int ADJ_STATUS = 0x0010;
  private static final int ADJ_TIMECONST = 0x0020;
  private static final int ADJ_TAI = 0x0080;
  private static final int ADJ_SETOFFSET = 0x0100;
  private static final int ADJ_MICRO = 0x1000;
  private static final int ADJ_NANO = 0x2000;
  private static final int ADJ_TICK = 0x4000;

  /// adjtime(3): with ADJ_OFFSET to step slowly, with ADJ_NANO only to ask what is left.
  private static final int ADJ_ADJTIME = 0x8000;

  private static final int STA_PLL = 0x0001;
  private static final int STA_UNSYNC = 0x0040;
  private static final int STA_NANO = 0x2000;
  private static final int STA_CLOCKERR = 0x1000;
  private static final int STA_READ_ONLY = 0xff00;

  private static final int TIME_OK = 0;
  private static final int TIME_ERROR = 5;

  private static final long PHASE_LIMIT = 16_000_000;
  private static final long MAX_FREQUENCY = 500L << 16;
  private static final long MAX_CONSTANT = 10;
  private static final int MAX_TAI_OFFSET = 100_000;
  private static final long TICK_MICROS = 1_000_000 / Ticks.USER_HZ;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Clocks clocks;
  private long slowStep;
  private long offset;
  private long frequency;
  private long maxError = PHASE_LIMIT;
  private long estimatedError = PHASE_LIMIT;
  private int status = STA_UNSYNC;
  private long constant = 2;
  private long tick = TICK_MICROS;
  private int tai;

  TimeAdjustment(Clocks clocks) {
    this.clocks = clocks;
  }

  /// What the call gives back: its result and the structure.
  public record Answer(int state, Timex timex) {}

  /// The clock was set: what was known of its errors holds no longer.
  void clockSet() {
    slowStep = 0;
    offset = 0;
    status |= STA_UNSYNC;
    maxError = PHASE_LIMIT;
    estimatedError = PHASE_LIMIT;
  }

  /// By how much CLOCK_TAI is ahead.
  long taiNanos() {
    return tai * NANOS_PER_SECOND;
  }

  /// adjtimex(2).
  public Answer adjust(Timex request, TimeUser user) throws Errno {
    check(request, user);
    if (has(request, ADJ_SETOFFSET)) {
      step(request, user);
    }
    long shown = offset;
    if (has(request, ADJ_ADJTIME)) {
      shown = slowStep;
      if (!has(request, ADJ_NANO)) {
        slowStep = request.offset();
      }
    } else {
      take(request);
      shown = offset;
    }
    int state = (status & (STA_UNSYNC | STA_CLOCKERR)) != 0 ? TIME_ERROR : TIME_OK;
    return new Answer(state, answer(request.modes(), shown));
  }

  private static boolean has(Timex request, int mode) {
    return (request.modes() & mode) != 0;
  }

  private static void check(Timex request, TimeUser user) throws Errno {
    if (has(request, ADJ_ADJTIME)) {
      if (!has(request, ADJ_OFFSET)) {
        throw Errno.EINVAL;
      }
      if (!has(request, ADJ_NANO)) {
        Clocks.requirePrivilege(user);
      }
    } else {
      if (request.modes() != 0) {
        Clocks.requirePrivilege(user);
      }
      long tenth = TICK_MICROS / 10;
      if (has(request, ADJ_TICK) && Math.abs(request.tick() - TICK_MICROS) > tenth) {
        throw Errno.EINVAL;
      }
    }
    if (has(request, ADJ_SETOFFSET)) {
      Clocks.requirePrivilege(user);
      long limit = has(request, ADJ_NANO) ? NANOS_PER_SECOND : 1_000_000;
      if (request.timeFraction() < 0 || request.timeFraction() >= limit) {
        throw Errno.EINVAL;
      }
    }
  }

  private void step(Timex request, TimeUser user) throws Errno {
    Timespec now = Timespec.ofNanos(clocks.kernelClock().realtimeNanos());
    long fraction = request.timeFraction() * (has(request, ADJ_NANO) ? 1 : 1000);
    long nanos = now.nanos() + fraction;
    clocks.setRealtime(
        new Timespec(
            now.seconds() + request.timeSeconds() + nanos / NANOS_PER_SECOND,
            nanos % NANOS_PER_SECOND),
        user);
  }

  private void take(Timex request) {
    if (has(request, ADJ_STATUS)) {
      status = (status & STA_READ_ONLY) | (request.status() & ~STA_READ_ONLY);
    }
    if (has(request, ADJ_NANO)) {
      status |= STA_NANO;
    }
    if (has(request, ADJ_MICRO)) {
      status &= ~STA_NANO;
    }
    if (has(request, ADJ_FREQUENCY)) {
      frequency = Math.clamp(request.freq(), -MAX_FREQUENCY, MAX_FREQUENCY);
    }
    if (has(request, ADJ_MAXERROR)) {
      maxError = Math.clamp(request.maxerror(), 0, PHASE_LIMIT);
    }
    if (has(request, ADJ_ESTERROR)) {
      estimatedError = Math.clamp(request.esterror(), 0, PHASE_LIMIT);
    }
    if (has(request, ADJ_TIMECONST)) {
      long wanted = Math.clamp(request.constant(), 0, MAX_CONSTANT);
      constant = (status & STA_NANO) != 0 ? wanted : Math.min(wanted + 4, MAX_CONSTANT);
    }
    if (has(request, ADJ_TAI) && request.constant() >= 0 && request.constant() <= MAX_TAI_OFFSET) {
      tai = (int) request.constant();
    }
    if (has(request, ADJ_OFFSET) && (status & STA_PLL) != 0) {
      long limit = (status & STA_NANO) != 0 ? NANOS_PER_SECOND / 2 : 500_000;
      offset = Math.clamp(request.offset(), -limit, limit);
    }
    if (has(request, ADJ_TICK)) {
      tick = request.tick();
    }
  }

  private Timex answer(int modes, long shownOffset) {
    Timespec now = Timespec.ofNanos(clocks.kernelClock().realtimeNanos());
    return new Timex(
        modes,
        shownOffset,
        frequency,
        maxError,
        estimatedError,
        status,
        constant,
        now.seconds(),
        (status & STA_NANO) != 0 ? now.nanos() : now.nanos() / 1000,
        tick,
        tai);
  }
}
