package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import dev.forklift.board.time.Timeline;
import java.util.Set;

/// Altera's interval timer of 32 bits: counts down, and tells when it is through.
public final class IntervalTimer implements DeviceType {
  @Override
  public Set<String> compatible() {
    return Set.of("altr,timer-1.0");
  }

  @Override
  public Device create(Placement place) throws BadInputException {
    return new Timer(place).registers();
  }

  private static final class Timer implements Stateful {
    private static final int STRIDE = 4;
    private static final int HALF = 0xffff;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    // Of status.
    private static final int TO = 1;
    private static final int RUN = 1 << 1;

    // Of control.
    private static final int ITO = 1;
    private static final int CONT = 1 << 1;
    private static final int START = 1 << 2;
    private static final int STOP = 1 << 3;

    private final InterruptLine line;
    private final Timeline timeline;
    private final Timeline.Alarm alarm;
    private final long hertz;

    private int period = -1;
    private int snapshot;
    private int control;
    private boolean timedOut;
    private boolean runs;

    /// While it stands, what it has counted down to.
    private long counter = 0xffff_ffffL;

    /// While it runs, the clock's tick at which the counter stood at the period.
    private long loadedAt;

    Timer(Placement place) throws BadInputException {
      line = place.interrupt();
      timeline = place.timeline();
      hertz = place.clockFrequency();
      alarm = timeline.alarm(this::timeOut);
    }

    RegisterTable registers() {
      // spotless:off
      return new RegisterTable(STRIDE)
          .writable("status",  this::status,                 _ -> clear())
          .writable("control", () -> control & (ITO | CONT), this::control)
          .writable("periodl", () -> period & HALF,          low -> setPeriod((period & ~HALF) | (low & HALF)))
          .writable("periodh", () -> period >>> 16,          high -> setPeriod((period & HALF) | (high << 16)))
          .writable("snapl",   () -> snapshot & HALF,        _ -> snapshot = (int) count())
          .writable("snaph",   () -> snapshot >>> 16,        _ -> snapshot = (int) count())
          .state(this);
      // spotless:on
    }

    @Override
    public void transfer(StateFields fields) throws BadInputException {
      period = fields.cell(period);
      snapshot = fields.cell(snapshot);
      control = fields.cell(control);
      timedOut = fields.flag(timedOut);
      runs = fields.flag(runs);
      counter = fields.number(counter, 0, 0xffff_ffffL);
      loadedAt = fields.number(loadedAt);
      alarm.transfer(fields);
    }

    private long ticks() {
      long now = timeline.now();
      return now / NANOS_PER_SECOND * hertz + now % NANOS_PER_SECOND * hertz / NANOS_PER_SECOND;
    }

    private long nanos(long ticks) {
      return ticks / hertz * NANOS_PER_SECOND
          + (ticks % hertz * NANOS_PER_SECOND + hertz - 1) / hertz;
    }

    /// How many ticks it takes from one time-out to the next.
    private long interval() {
      return Integer.toUnsignedLong(period) + 1;
    }

    private long count() {
      return runs ? interval() - 1 - (ticks() - loadedAt) % interval() : counter;
    }

    private int status() {
      return (timedOut ? TO : 0) | (runs ? RUN : 0);
    }

    private void clear() {
      timedOut = false;
      raise();
    }

    private void raise() {
      line.set(timedOut && (control & ITO) != 0);
    }

    private void control(int value) {
      control = value;
      if ((value & STOP) != 0) {
        stop();
      }
      if ((value & START) != 0 && !runs) {
        runs = true;
        loadedAt = ticks() - (interval() - 1 - counter);
        setAlarm();
      }
      raise();
    }

    private void stop() {
      counter = count();
      runs = false;
      alarm.set(Timeline.NEVER);
    }

    private void setPeriod(int value) {
      stop();
      period = value;
      counter = interval() - 1;
    }

    private void setAlarm() {
      alarm.set(nanos(loadedAt + interval()));
    }

    private void timeOut() {
      timedOut = true;
      if ((control & CONT) != 0) {
        // Of several that the host slept through, one is told.
        loadedAt += (ticks() - loadedAt) / interval() * interval();
        setAlarm();
      } else {
        runs = false;
        counter = interval() - 1;
      }
      raise();
    }
  }
}
