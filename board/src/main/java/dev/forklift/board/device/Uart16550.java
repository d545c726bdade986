package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import java.util.Set;

/// The serial port of the PC, with its queues. What is sent is there at once.
public final class Uart16550 implements DeviceType {
  @Override
  public Set<String> compatible() {
    return Set.of("ns16550a", "ns16550", "altr,16550-FIFO32", "altr,16550-FIFO64");
  }

  @Override
  public Device create(Placement place) throws BadInputException {
    int shift = place.node().cell("reg-shift", 0);
    int queue = place.node().cell("fifo-size", 16);
    if (shift < 0 || shift > 3 || queue < 1 || queue > 256) {
      throw new BadInputException(place.node().path() + ": a serial port cannot be like this");
    }
    return new Uart(place, queue).registers(1 << shift);
  }

  private static final class Uart implements Stateful {
    // Of the interrupt enable register.
    private static final int RECEIVED = 1;
    private static final int SENT = 1 << 1;
    private static final int LINE_STATUS = 1 << 2;

    // Interrupts, as the identification register has them.
    private static final int NO_INTERRUPT = 1;
    private static final int SENT_ID = 2;
    private static final int RECEIVED_ID = 4;
    private static final int ERROR_ID = 6;
    private static final int QUEUES_ENABLED = 0xc0;

    // Of the queue control register.
    private static final int ENABLE_QUEUES = 1;
    private static final int CLEAR_RECEIVED = 1 << 1;

    private static final int DIVISOR_LATCH = 1 << 7;
    private static final int LOOP = 1 << 4;

    // Of the line status register.
    private static final int DATA_READY = 1;
    private static final int OVERRUN = 1 << 1;
    private static final int SENDER_EMPTY = 0x60;

    /// Carrier, ready and clear to send, as if somebody were there.
    private static final int MODEM_READY = 0xb0;

    /// How often in a row the line status is asked by who waits for input without interrupts.
    private static final int POLLS = 8;

    private final InterruptLine interrupt;
    private final Console console;
    private final int queueSize;
    private final ByteQueue received;

    private int enabled;
    private boolean sentPending;
    private boolean queues;
    private int lineControl;
    private int modemControl;
    private int scratch;
    private int divisor;
    private boolean overrun;
    private int polls;

    Uart(Placement place, int queueSize) {
      interrupt = place.interrupt();
      console = place.console();
      this.queueSize = queueSize;
      received = new ByteQueue(queueSize);
      console.listen(this::arrived);
    }

    RegisterTable registers(int stride) {
      // spotless:off
      return new RegisterTable(stride)
          .writable("data",          this::data,               this::setData)
          .writable("interrupts",    this::enabled,            this::setEnabled)
          .writable("identity",      this::identify,           this::setQueues)
          .writable("line control",  () -> lineControl,        value -> lineControl = value & 0xff)
          .writable("modem control", () -> modemControl,       value -> modemControl = value & 0x1f)
          .readable("line status",   this::lineStatus)
          .readable("modem status",  this::modemStatus)
          .writable("scratch",       () -> scratch,            value -> scratch = value & 0xff)
          .state(this);
      // spotless:on
    }

    @Override
    public void transfer(StateFields fields) throws BadInputException {
      received.transfer(fields);
      enabled = fields.cell(enabled);
      sentPending = fields.flag(sentPending);
      queues = fields.flag(queues);
      lineControl = fields.cell(lineControl);
      modemControl = fields.cell(modemControl);
      scratch = fields.cell(scratch);
      divisor = fields.cell(divisor);
      overrun = fields.flag(overrun);
      polls = fields.cell(polls, 0, POLLS);
    }

    private boolean isLatched() {
      return (lineControl & DIVISOR_LATCH) != 0;
    }

    private boolean isLoop() {
      return (modemControl & LOOP) != 0;
    }

    /// Input waits outside until somebody waits for it: a driver that sets the port up throws away
    /// what has come before.
    private void arrived() {
      if ((enabled & RECEIVED) != 0 || polls >= POLLS) {
        fill();
      }
      raise();
    }

    private void fill() {
      int room = queues ? queueSize : 1;
      while (!isLoop() && received.size() < room) {
        int next = console.read();
        if (next < 0) {
          return;
        }
        received.add(next);
      }
    }

    private int data() {
      polls = 0;
      if (isLatched()) {
        return divisor & 0xff;
      }
      int value = received.isEmpty() ? 0 : received.remove();
      arrived();
      return value;
    }

    private void setData(int value) {
      polls = 0;
      if (isLatched()) {
        divisor = (divisor & 0xff00) | (value & 0xff);
        return;
      }
      if (!isLoop()) {
        console.write(value & 0xff);
      } else if (received.size() < queueSize) {
        received.add(value & 0xff);
      } else {
        overrun = true;
      }
      sentPending = true;
      raise();
    }

    private int enabled() {
      return isLatched() ? divisor >>> 8 : enabled;
    }

    private void setEnabled(int value) {
      if (isLatched()) {
        divisor = (divisor & 0xff) | ((value & 0xff) << 8);
        return;
      }
      // An interrupt that is enabled while there is nothing to send comes at once.
      sentPending |= (value & ~enabled & SENT) != 0;
      enabled = value & 0xf;
      arrived();
    }

    private int pending() {
      if ((enabled & LINE_STATUS) != 0 && overrun) {
        return ERROR_ID;
      }
      if ((enabled & RECEIVED) != 0 && !received.isEmpty()) {
        return RECEIVED_ID;
      }
      return (enabled & SENT) != 0 && sentPending ? SENT_ID : NO_INTERRUPT;
    }

    private int identify() {
      int id = pending();
      if (id == SENT_ID) {
        sentPending = false;
        raise();
      }
      return id | (queues ? QUEUES_ENABLED : 0);
    }

    private void setQueues(int value) {
      // Switching the queues on clears them in hardware, too. Here somebody may have typed already.
      if ((value & CLEAR_RECEIVED) != 0) {
        received.clear();
      }
      queues = (value & ENABLE_QUEUES) != 0;
      raise();
    }

    private int lineStatus() {
      if (polls < POLLS) {
        polls++;
      }
      arrived();
      int status = (received.isEmpty() ? 0 : DATA_READY) | (overrun ? OVERRUN : 0) | SENDER_EMPTY;
      overrun = false;
      return status;
    }

    /// In a loop, the outputs of the modem control register come back as inputs.
    private int modemStatus() {
      if (!isLoop()) {
        return MODEM_READY;
      }
      int m = modemControl;
      return ((m & 2) << 3) | ((m & 1) << 5) | ((m & 4) << 4) | ((m & 8) << 4);
    }

    private void raise() {
      interrupt.set(pending() != NO_INTERRUPT);
    }
  }
}
