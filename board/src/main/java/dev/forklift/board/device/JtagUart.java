package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import java.util.Set;

/// Altera's JTAG UART: a console of two registers.
public final class JtagUart implements DeviceType {
  @Override
  public Set<String> compatible() {
    return Set.of("altr,juart-1.0");
  }

  @Override
  public Device create(Placement place) {
    return new Uart(place).registers();
  }

  private static final class Uart implements Stateful {
    // Of data.
    private static final int RVALID = 1 << 15;

    // Of control.
    private static final int READ_ENABLE = 1;
    private static final int WRITE_ENABLE = 1 << 1;
    private static final int READ_PENDING = 1 << 8;
    private static final int WRITE_PENDING = 1 << 9;
    private static final int ACTIVE = 1 << 10;
    private static final int SPACE_SHIFT = 16;
    private static final int SPACE = 64;

    private final InterruptLine line;
    private final Console console;
    private int enabled;
    private int held = -1;
    private boolean active;

    Uart(Placement place) {
      line = place.interrupt();
      console = place.console();
      console.listen(this::raise);
    }

    RegisterTable registers() {
      return new RegisterTable(4)
          .writable("data", this::receive, this::send)
          .writable("control", this::control, this::setControl)
          .state(this);
    }

    @Override
    public void transfer(StateFields fields) throws BadInputException {
      enabled = fields.cell(enabled);
      held = fields.cell(held, -1, 0xff);
      active = fields.flag(active);
    }

    private int peek() {
      if (held < 0) {
        held = console.read();
      }
      return held;
    }

    private int receive() {
      int value = peek();
      held = -1;
      raise();
      return value < 0 ? 0 : value | RVALID;
    }

    private void send(int value) {
      console.write(value & 0xff);
      active = true;
      raise();
    }

    private int pending() {
      return ((enabled & READ_ENABLE) != 0 && peek() >= 0 ? READ_PENDING : 0)
          | ((enabled & WRITE_ENABLE) != 0 ? WRITE_PENDING : 0);
    }

    private int control() {
      return enabled | pending() | (active ? ACTIVE : 0) | (SPACE << SPACE_SHIFT);
    }

    private void setControl(int value) {
      enabled = value & (READ_ENABLE | WRITE_ENABLE);
      active &= (value & ACTIVE) == 0;
      raise();
    }

    private void raise() {
      line.set(pending() != 0);
    }
  }
}
