package dev.forklift.kernel.fs.timerfd;

import dev.forklift.kernel.abi.ClockId;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.time.Clocks;
import dev.forklift.kernel.time.KernelTimer;
import dev.forklift.kernel.time.Period;
import dev.forklift.kernel.time.TimerBase;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// A timer whose expirations are read (timerfd_create(2)).
///
/// A repeating timer that has expired rests until somebody looks: what was missed is counted then.
public final class TimerFile extends OpenFile {
  public static final int TFD_TIMER_ABSTIME = 1;
  public static final int TFD_TIMER_CANCEL_ON_SET = 2;

  private static final int TFD_IOC_SET_TICKS = 0x40085400;

  private final Clocks clocks;
  private final int clockId;
  private final ByteOrder order;
  private final WaitQueue changed = new WaitQueue();
  private final KernelTimer timer = new KernelTimer(this::expired);
  private final Period period = new Period();
  private final Runnable onClockSet = this::clockWasSet;
  private TimerBase base;
  private long ticks;

  /// Whether it has expired since somebody looked.
  private boolean resting;

  /// Whether setting the realtime clock is to be told (TFD_TIMER_CANCEL_ON_SET).
  private boolean cancelOnSet;

  /// Whether that has happened and has not been told yet.
  private boolean cancelled;

  private int settimeFlags;

  private TimerFile(VfsPath path, int flags, Clocks clocks, int clockId, ByteOrder order)
      throws Errno {
    super(path, OpenFlags.O_RDWR | (flags & OpenFlags.O_NONBLOCK));
    this.clocks = clocks;
    this.clockId = clockId;
    this.order = order;
    this.base = clocks.timers().monotonic();
  }

  /// timerfd_create(2), except for the descriptor.
  ///
  /// @param path where such files are
  /// @param flags TFD_NONBLOCK and TFD_CLOEXEC, which are those of open(2)
  /// @param order of what is read
  public static TimerFile create(
      VfsPath path, Clocks clocks, int clockId, int flags, Credentials who, ByteOrder order)
      throws Errno {
    if ((flags & ~(OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC)) != 0) {
      throw Errno.EINVAL;
    }
    switch (clockId) {
      case ClockId.CLOCK_REALTIME, ClockId.CLOCK_MONOTONIC, ClockId.CLOCK_BOOTTIME -> {}
      case ClockId.CLOCK_REALTIME_ALARM, ClockId.CLOCK_BOOTTIME_ALARM -> checkAlarm(clockId, who);
      default -> throw Errno.EINVAL;
    }
    return new TimerFile(path, flags, clocks, clockId, order);
  }

  private static void checkAlarm(int clockId, Credentials who) throws Errno {
    boolean alarm =
        clockId == ClockId.CLOCK_REALTIME_ALARM || clockId == ClockId.CLOCK_BOOTTIME_ALARM;
    if (alarm && !who.has(Capability.WAKE_ALARM)) {
      throw Errno.EPERM;
    }
  }

  /// Refuses with EPERM who may not set a timer that would wake the machine up.
  public void requireSettable(Credentials who) throws Errno {
    checkAlarm(clockId, who);
  }

  /// Refuses arguments of timerfd_settime(2) that are wrong for any file.
  public static void checkSetting(int flags, Itimerspec setting) throws Errno {
    if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0 || !setting.isValid()) {
      throw Errno.EINVAL;
    }
  }

  /// timerfd_settime(2), with arguments that were checked.
  ///
  /// @return how it was set before
  /// @throws Errno ECANCELED if the clock has been set since it was to be told; the timer is set
  ///   all the same
  public Itimerspec set(int flags, Itimerspec setting) throws Errno {
    boolean absolute = (flags & TFD_TIMER_ABSTIME) != 0;
    watchClock(isRealtime() && flags == (TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET));
    Itimerspec old = get();
    timer.cancel();
    resting = false;
    ticks = 0;
    settimeFlags = flags;
    long value = setting.value().toNanos();
    period.set(setting.interval().toNanos(), 0);
    if (value != 0) {
      base = isRealtime() && absolute ? clocks.timers().realtime() : clocks.timers().monotonic();
      period.set(period.interval(), absolute ? value : base.after(value));
      timer.arm(base, period.expires());
      tellCancellation();
    }
    return old;
  }

  /// timerfd_gettime(2).
  public Itimerspec get() {
    goOn();
    long left = timer.isArmed() ? Math.max(0, period.expires() - base.now()) : 0;
    return Itimerspec.ofNanos(period.interval(), left);
  }

  private boolean isRealtime() {
    return clockId == ClockId.CLOCK_REALTIME || clockId == ClockId.CLOCK_REALTIME_ALARM;
  }

  private void watchClock(boolean watch) {
    WaitQueue queue = clocks.kernelClock().realtimeSet();
    if (watch && !cancelOnSet) {
      queue.add(onClockSet);
    } else if (!watch && cancelOnSet) {
      queue.remove(onClockSet);
    }
    cancelOnSet = watch;
  }

  private void clockWasSet() {
    cancelled = true;
    ticks++;
    changed.wakeAll();
  }

  private void tellCancellation() throws Errno {
    if (cancelOnSet && cancelled) {
      cancelled = false;
      throw Errno.ECANCELED;
    }
  }

  private void expired() {
    resting = true;
    ticks++;
    changed.wakeAll();
  }

  /// Lets a repeating timer that rests go on, counting what it has missed.
  private void goOn() {
    if (resting && period.repeats()) {
      ticks += period.forward(base.now()) - 1;
      timer.arm(base, period.expires());
    }
    resting = false;
  }

  @Override
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    if (buffer.remaining() < Long.BYTES) {
      throw Errno.EINVAL;
    }
    if (ticks == 0) {
      if (isNonblocking()) {
        throw Errno.EAGAIN;
      }
      caller.sleeper().await(changed, () -> ticks != 0);
    }
    if (cancelOnSet && cancelled) {
      ticks = 0;
      resting = false;
      tellCancellation();
    }
    goOn();
    byte[] bytes = ByteBuffer.allocate(Long.BYTES).order(order).putLong(ticks).array();
    ticks = 0;
    if (buffer.put(bytes, 0, bytes.length) < bytes.length) {
      throw Errno.EFAULT;
    }
    return bytes.length;
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  @Override
  protected long seekWithoutPosition() {
    return 0;
  }

  @Override
  public int poll() {
    return ticks != 0 ? PollEvents.POLLIN : 0;
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(changed);
  }

  @Override
  public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
    if (request != TFD_IOC_SET_TICKS) {
      throw Errno.ENOTTY;
    }
    long wanted = memory.structure(argument, Long.BYTES).u64();
    if (wanted == 0) {
      throw Errno.EINVAL;
    }
    tellCancellation();
    ticks = wanted;
    changed.wakeAll();
    return 0;
  }

  @Override
  protected void onClose() {
    timer.cancel();
    watchClock(false);
  }

  @Override
  public String fdInfo() {
    long left = timer.isArmed() ? Math.max(0, period.expires() - base.now()) : 0;
    return "clockid: %d\nticks: %s\nsettime flags: 0%o\nit_value: %s\nit_interval: %s\n"
        .formatted(
            clockId,
            Long.toUnsignedString(ticks),
            settimeFlags,
            pair(Timespec.ofNanos(left)),
            pair(Timespec.ofNanos(period.interval())));
  }

  private static String pair(Timespec time) {
    return "(" + time.seconds() + ", " + time.nanos() + ")";
  }
}
