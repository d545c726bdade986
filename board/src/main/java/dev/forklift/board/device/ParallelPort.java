package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import java.util.Set;

/// Altera's parallel port: pins such as those of lights and buttons.
public final class ParallelPort implements DeviceType {
  @Override
  public Set<String> compatible() {
    return Set.of("altr,pio-1.0");
  }

  @Override
  public Device create(Placement place) throws BadInputException {
    int pins = place.node().cell("altr,ngpio", Integer.SIZE);
    return new Port(place.interrupt(), pins <= 0 || pins >= Integer.SIZE ? -1 : (1 << pins) - 1)
        .registers();
  }

  /// Pins that nobody drives from outside read as they were set, or as high, which is how a button
  /// that is not pressed reads.
  private static final class Port implements Stateful {
    private final InterruptLine line;
    private final int pins;
    private int output;
    private int direction;
    private int interruptMask;
    private int edges;

    Port(InterruptLine line, int pins) {
      this.line = line;
      this.pins = pins;
    }

    RegisterTable registers() {
      // spotless:off
      return new RegisterTable(4)
          .writable("data",          this::level,         value -> output = value & pins)
          .writable("direction",     () -> direction,     value -> direction = value & pins)
          .writable("interruptmask", () -> interruptMask, this::mask)
          .writable("edgecapture",   () -> edges,         this::clearEdges)
          .state(this);
      // spotless:on
    }

    @Override
    public void transfer(StateFields fields) throws BadInputException {
      output = fields.cell(output);
      direction = fields.cell(direction);
      interruptMask = fields.cell(interruptMask);
      edges = fields.cell(edges);
    }

    private int level() {
      return (output & direction) | (pins & ~direction);
    }

    private void mask(int value) {
      interruptMask = value & pins;
      raise();
    }

    private void clearEdges(int value) {
      edges &= ~value;
      raise();
    }

    private void raise() {
      line.set((edges & interruptMask) != 0);
    }
  }
}
