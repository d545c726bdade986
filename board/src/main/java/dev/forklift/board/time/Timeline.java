package dev.forklift.board.time;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import java.util.ArrayList;
import java.util.List;

/// What is to happen when in a machine. All on the machine's thread.
public final class Timeline {
  /// That an alarm is not set.
  public static final long NEVER = Long.MAX_VALUE;

  private final MachineClock clock;
  private final List<Alarm> alarms = new ArrayList<>();

  public Timeline(MachineClock clock) {
    this.clock = clock;
  }

  /// Something that is done when its time comes, once for each [#set].
  public static final class Alarm implements Stateful {
    private final Runnable action;
    private long at = NEVER;

    private Alarm(Runnable action) {
      this.action = action;
    }

    /// Sets it to a time, or to [Timeline#NEVER].
    public void set(long nanos) {
      at = nanos;
    }

    @Override
    public void transfer(StateFields fields) throws BadInputException {
      at = fields.number(at, 0, NEVER);
    }
  }

  /// A new alarm, not set.
  public Alarm alarm(Runnable action) {
    Alarm alarm = new Alarm(action);
    alarms.add(alarm);
    return alarm;
  }

  /// Nanoseconds since the machine was switched on.
  public long now() {
    return clock.nanos();
  }

  /// When the next alarm is set to. There are a handful of them.
  public long next() {
    long next = NEVER;
    for (Alarm alarm : alarms) {
      next = Math.min(next, alarm.at);
    }
    return next;
  }

  /// Does what is due.
  public void runDue() {
    long now = now();
    for (Alarm alarm : alarms) {
      if (alarm.at <= now) {
        alarm.at = NEVER;
        alarm.action.run();
      }
    }
  }
}
