package dev.forklift.kernel.fs.timerfd;

import static dev.forklift.kernel.fs.timerfd.TimerFile.TFD_TIMER_ABSTIME;
import static dev.forklift.kernel.fs.timerfd.TimerFile.TFD_TIMER_CANCEL_ON_SET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.ClockId;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.fs.anon.AnonymousFiles;
import dev.forklift.kernel.time.Clocks;
import dev.forklift.kernel.time.TimerQueue;
import dev.forklift.kernel.vfs.Bytes;
import dev.forklift.kernel.vfs.TestCaller;
import dev.forklift.kernel.vfs.TestMemory;
import dev.forklift.kernel.vfs.World;
import dev.forklift.kernel.wait.ManualClock;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimerFileTest {
  private static final long MILLISECOND = 1_000_000;

  private final World world = new World();
  private final ManualClock clock = new ManualClock(world.lock);
  private final Clocks clocks = new Clocks(clock, new TimerQueue(clock));
  private final AnonymousFiles files = new AnonymousFiles(world.systems);
  private final AtomicInteger timerThreadStops = new AtomicInteger();

  @AfterEach
  void close() {
    world.close();
  }

  private TimerFile create(int clockId, int flags) throws Errno {
    return TimerFile.create(
        files.path("timerfd"),
        clocks,
        clockId,
        flags,
        world.caller.credentials(),
        ByteOrder.LITTLE_ENDIAN);
  }

  private TimerFile monotonic() throws Errno {
    return create(ClockId.CLOCK_MONOTONIC, OpenFlags.O_NONBLOCK);
  }

  private static Itimerspec millis(long interval, long value) {
    return Itimerspec.ofNanos(interval * MILLISECOND, value * MILLISECOND);
  }

  /// Lets time pass, and what is due happen.
  private void pass(long millis) {
    clock.advance(millis * MILLISECOND);
    expire();
  }

  private void expire() {
    clocks.timers().run(world.caller, () -> timerThreadStops.incrementAndGet() > 0);
  }

  private long read(TimerFile file) throws Errno {
    Bytes room = Bytes.room(8);
    assertThat(file.read(world.caller, room)).isEqualTo(8);
    String text = room.text();
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value |= (long) text.charAt(i) << (8 * i);
    }
    return value;
  }

  private static void assertErrno(Errno expected, ThrowingCallable call) {
    assertThatThrownBy(call).isSameAs(expected);
  }

  @Test
  void isMadeOnFiveClocksAndWithTwoFlags() throws Errno {
    for (int id : new int[] {0, 1, 7, 8, 9}) {
      create(id, 0).release();
    }
    for (int id : new int[] {2, 4, 11, 10, -1}) {
      assertErrno(Errno.EINVAL, () -> create(id, 0));
    }
    assertErrno(Errno.EINVAL, () -> create(1, 1));
    world.caller.become(Credentials.of(1000, 1000));
    assertErrno(Errno.EPERM, () -> create(ClockId.CLOCK_REALTIME_ALARM, 0));
  }

  @Test
  void givesTheNumberOfExpirationsOnce() throws Errno {
    TimerFile file = monotonic();
    assertErrno(Errno.EAGAIN, () -> read(file));
    file.set(0, millis(0, 10));
    pass(9);
    assertErrno(Errno.EAGAIN, () -> read(file));
    assertThat(file.poll()).isZero();
    pass(1);
    assertThat(file.poll()).isEqualTo(PollEvents.POLLIN);
    assertThat(read(file)).isEqualTo(1);
    assertErrno(Errno.EAGAIN, () -> read(file));
    assertThat(file.get()).isEqualTo(millis(0, 0));
  }

  @Test
  void countsWhatARepeatingTimerHasMissedAndStaysInStep() throws Errno {
    TimerFile file = monotonic();
    assertThat(file.set(0, millis(20, 20))).isEqualTo(millis(0, 0));
    pass(75);
    assertThat(read(file)).isEqualTo(3);
    assertThat(file.get()).isEqualTo(millis(20, 5));
    pass(5);
    assertThat(read(file)).isEqualTo(1);
    pass(50);
    assertThat(file.get()).isEqualTo(millis(20, 10));
    assertThat(read(file)).isEqualTo(2);
  }

  @Test
  void settingForgetsWhatHasExpiredAndSaysWhatWasSet() throws Errno {
    TimerFile file = monotonic();
    file.set(0, millis(20, 20));
    pass(50);
    assertThat(file.set(0, millis(20, 0))).isEqualTo(millis(20, 10));
    assertErrno(Errno.EAGAIN, () -> read(file));
    // As on Linux, a timer that is not armed keeps its interval.
    assertThat(file.get()).isEqualTo(millis(20, 0));
    pass(100);
    assertErrno(Errno.EAGAIN, () -> read(file));
  }

  @Test
  void wakesAReaderAndWhoeverPolls() throws Errno {
    TimerFile file = create(ClockId.CLOCK_BOOTTIME, 0);
    AtomicInteger polled = new AtomicInteger();
    file.pollQueues(PollEvents.POLLIN).getFirst().add(polled::incrementAndGet);
    file.set(0, millis(0, 10));
    TestCaller reader = world.newCaller(Credentials.of(0, 0));
    World.Running running = world.start(() -> file.read(reader, Bytes.room(8)));
    running.untilAsleep();
    pass(10);
    assertThat(running.end()).isEqualTo(8L);
    assertThat(polled).hasPositiveValue();
  }

  @Test
  void readingIsInterruptedBySignals() throws Errno {
    TimerFile file = create(ClockId.CLOCK_MONOTONIC, 0);
    world.caller.interrupt();
    assertErrno(Errno.ERESTARTSYS, () -> file.read(world.caller, Bytes.room(8)));
  }

  @Test
  void needsRoomForAllOfTheNumber() throws Errno {
    TimerFile file = monotonic();
    assertErrno(Errno.EINVAL, () -> file.read(world.caller, Bytes.room(7)));
    assertErrno(Errno.EINVAL, () -> file.write(world.caller, Bytes.of("12345678")));
    assertErrno(Errno.ESPIPE, () -> file.pread(world.caller, Bytes.room(8), 0));
  }

  @Test
  void refusesSettingsThatAreNone() {
    assertErrno(Errno.EINVAL, () -> TimerFile.checkSetting(4, millis(0, 0)));
    Itimerspec bad = new Itimerspec(new Timespec(0, 0), new Timespec(0, -1));
    assertErrno(Errno.EINVAL, () -> TimerFile.checkSetting(0, bad));
  }

  @Test
  void atATimeOfTheRealtimeClockFollowsThatAndForAWhileDoesNot() throws Errno {
    TimerFile absolute = create(ClockId.CLOCK_REALTIME, OpenFlags.O_NONBLOCK);
    TimerFile relative = create(ClockId.CLOCK_REALTIME, OpenFlags.O_NONBLOCK);
    long now = clock.realtimeNanos();
    Timespec zero = new Timespec(0, 0);
    absolute.set(
        TFD_TIMER_ABSTIME, new Itimerspec(zero, Timespec.ofNanos(now + 100 * MILLISECOND)));
    relative.set(0, millis(0, 100));
    clock.setRealtime(now + 200 * MILLISECOND);
    expire();
    assertThat(read(absolute)).isEqualTo(1);
    assertErrno(Errno.EAGAIN, () -> read(relative));
  }

  @Test
  void tellsThatTheClockWasSetIfAskedTo() throws Errno {
    TimerFile file = create(ClockId.CLOCK_REALTIME, OpenFlags.O_NONBLOCK);
    long now = clock.realtimeNanos();
    Itimerspec far =
        new Itimerspec(new Timespec(0, 0), Timespec.ofNanos(now + 1_000_000 * MILLISECOND));
    file.set(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, far);
    clock.setRealtime(now - MILLISECOND);
    assertThat(file.poll()).isEqualTo(PollEvents.POLLIN);
    assertErrno(Errno.ECANCELED, () -> read(file));
    assertErrno(Errno.EAGAIN, () -> read(file));

    clock.setRealtime(now);
    assertErrno(Errno.ECANCELED, () -> file.set(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, far));
    file.set(TFD_TIMER_ABSTIME, far);
    clock.setRealtime(now + MILLISECOND);
    assertErrno(Errno.EAGAIN, () -> read(file));
  }

  @Test
  void canBeGivenANumberOfExpirations() throws Errno {
    TimerFile file = monotonic();
    TestMemory memory = new TestMemory();
    memory.write(TestMemory.START, new StructWriter(memory.model()).u64(5));
    assertThat(file.ioctl(world.caller, 0x40085400, TestMemory.START, memory)).isZero();
    assertThat(read(file)).isEqualTo(5);
    assertErrno(
        Errno.EINVAL, () -> file.ioctl(world.caller, 0x40085400, TestMemory.START + 8, memory));
    assertErrno(Errno.EFAULT, () -> file.ioctl(world.caller, 0x40085400, 0, memory));
    assertErrno(Errno.ENOTTY, () -> file.ioctl(world.caller, 1, 0, memory));
  }

  @Test
  void describesItselfInProc() throws Errno {
    TimerFile file = monotonic();
    file.set(0, millis(20, 1_005));
    assertThat(file.fdInfo())
        .isEqualTo(
            """
            clockid: 1
            ticks: 0
            settime flags: 00
            it_value: (1, 5000000)
            it_interval: (0, 20000000)
            """);
  }

  @Test
  void closedExpiresNoMore() throws Errno {
    TimerFile file = monotonic();
    file.set(0, millis(10, 10));
    file.release();
    pass(50);
    assertThat(file.poll()).isZero();
  }
}
