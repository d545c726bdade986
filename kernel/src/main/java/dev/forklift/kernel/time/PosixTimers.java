package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Itimerspec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The POSIX timers of a process (timer_create(2)). Neither a child nor an executed program has
/// them.
public final class PosixTimers {
  private final TimerTarget target;
  private final Map<Integer, PosixTimer> timers = new HashMap<>();
  private int nextId;

  public PosixTimers(TimerTarget target) {
    this.target = target;
  }

  /// Takes the id of a timer to where the caller wants it.
  @FunctionalInterface
  public interface IdSink {
    void accept(int id) throws Errno;
  }

  /// timer_create(2).
  ///
  /// @param event null for the default: SIGALRM
  /// @param idSink is told the id before it is certain that there will be a timer, as on Linux
  /// @throws Errno EOPNOTSUPP if the clock has no timers, EAGAIN at RLIMIT_SIGPENDING, EINVAL for a
  ///   bad event or a clock that is not there
  public void create(PosixClock clock, @Nullable SigEvent event, IdSink idSink) throws Errno {
    clock.requireTimers();
    TimerTarget.Reservation signal = target.reserveSignal();
    if (signal == null) {
      throw Errno.EAGAIN;
    }
    int id = takeId();
    boolean made = false;
    try {
      SigEvent actual = event == null ? SigEvent.alarm(id) : event;
      actual.check(target);
      idSink.accept(id);
      timers.put(
          id,
          new PosixTimer(
              id, target, signal, actual, clock.timerBase(false), clock.timerBase(true)));
      made = true;
    } finally {
      if (!made) {
        signal.release(id);
      }
    }
  }

  /// Ids are not used again before all have been used.
  private int takeId() {
    int id;
    do {
      id = nextId;
      nextId = (nextId + 1) & Integer.MAX_VALUE;
    } while (timers.containsKey(id));
    return id;
  }

  /// timer_gettime(2).
  public Itimerspec get(int id) throws Errno {
    return find(id).get();
  }

  /// timer_settime(2).
  ///
  /// @return how the timer was set before
  public Itimerspec set(int id, boolean absolute, Itimerspec setting) throws Errno {
    if (!setting.isValid()) {
      throw Errno.EINVAL;
    }
    PosixTimer timer = find(id);
    Itimerspec old = timer.get();
    timer.set(absolute, setting.interval().toNanos(), setting.value().toNanos());
    return old;
  }

  /// timer_getoverrun(2).
  public int overrun(int id) throws Errno {
    return find(id).overrun();
  }

  /// timer_delete(2). Its signal stays pending if it is.
  public void delete(int id) throws Errno {
    find(id).end();
    timers.remove(id);
  }

  /// Deletes all, when the process executes a program or ends.
  public void deleteAll() {
    for (int id : List.copyOf(timers.keySet())) {
      try {
        delete(id);
      } catch (Errno e) {
        throw new IllegalStateException("a timer that is not there", e);
      }
    }
  }

  /// A task takes the signal of a timer: a repeating timer starts anew only now.
  ///
  /// @return `si_overrun`: how many expirations the signal stands for beside its own
  public int taken(int id) {
    PosixTimer timer = timers.get(id);
    return timer == null ? 0 : timer.taken();
  }

  /// The ids, for /proc.
  public List<Integer> ids() {
    return timers.keySet().stream().sorted().toList();
  }

  private PosixTimer find(int id) throws Errno {
    PosixTimer timer = timers.get(id);
    if (timer == null) {
      throw Errno.EINVAL;
    }
    return timer;
  }
}
