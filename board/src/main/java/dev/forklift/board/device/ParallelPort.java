package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
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
    return new Port(
        place.interrupt(),
        pins <= 0 || pins >= Integer.SIZE ? -1 : (1 << pins) - 1,
        place.node().cell("altr,interrupt-type", NO_EDGE));
  }

  // What interrupts, as Linux numbers it in device trees: more than the edges there is the high
  // level.
  private static final int NO_EDGE = 0;
  private static final int RISING = 1;
  private static final int FALLING = 2;
  private static final int HIGH = 4;

  /// Pins that nobody drives from outside read as they were set, or as high, which is how a button
  /// that is not pressed reads.
  private static final class Port implements Device, Pins {
    private final InterruptLine line;
    private final int pins;
    private final int interruptType;
    private final RegisterTable registers = registers();
    private int output;
    private int direction;
    private int interruptMask;
    private int edges;
    private int driven = -1;

    Port(InterruptLine line, int pins, int interruptType) {
      this.line = line;
      this.pins = pins;
      this.interruptType = interruptType;
    }

    private RegisterTable registers() {
      // spotless:off
      return new RegisterTable(4)
          .writable("data",          this::level,         this::write)
          .writable("direction",     () -> direction,     this::turn)
          .writable("interruptmask", () -> interruptMask, this::mask)
          .writable("edgecapture",   () -> edges,         this::clearEdges);
      // spotless:on
    }

    @Override
    public int load(int offset, int bytes) {
      return registers.load(offset, bytes);
    }

    @Override
    public void store(int offset, int bytes, int value) {
      registers.store(offset, bytes, value);
    }

    @Override
    public void transfer(StateFields fields) throws BadInputException {
      output = fields.cell(output);
      direction = fields.cell(direction);
      interruptMask = fields.cell(interruptMask);
      edges = fields.cell(edges);
      driven = fields.cell(driven);
    }

    @Override
    public int output() {
      return output;
    }

    @Override
    public void drive(int levels) {
      int before = level();
      driven = levels;
      int after = level();
      edges |= (interruptType & RISING) != 0 ? after & ~before : 0;
      edges |= (interruptType & FALLING) != 0 ? before & ~after : 0;
      raise();
    }

    private int level() {
      return ((output & direction) | (driven & ~direction)) & pins;
    }

    private void write(int value) {
      output = value & pins;
      raise();
    }

    private void turn(int value) {
      direction = value & pins;
      raise();
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
      int asking = interruptType == HIGH ? level() : edges;
      line.set((asking & interruptMask) != 0);
    }
  }
}
