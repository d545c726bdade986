package dev.forklift.junit;

import dev.forklift.board.cpu.Stop;
import dev.forklift.board.device.Device;
import dev.forklift.board.device.Pins;
import dev.forklift.board.machine.Board;
import dev.forklift.engine.cpu.Cpu;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A board in a test: what makes it run for a while, and all that can be seen of it and done to it
/// in between.
///
/// Methods that run it fail the test when the board ends although they wait for something else, or
/// when it takes too long.
public final class RunningBoard {
  private final Board board;
  private final TypedText typed;
  private final ShownText shown;
  private final Symbols symbols;
  private final int patienceSeconds;

  RunningBoard(
      Board board, TypedText typed, ShownText shown, Symbols symbols, int patienceSeconds) {
    this.board = board;
    this.typed = typed;
    this.shown = shown;
    this.symbols = symbols;
    this.patienceSeconds = patienceSeconds;
  }

  // Running.

  /// Runs it until it ends; says why.
  public Stop run() {
    Stop stop = go("ended");
    if (stop.kind() == Stop.Kind.PAUSED) {
      throw new AssertionError("paused, though nobody asked for it");
    }
    return stop;
  }

  /// Runs it for so much of its own time, which passes with its instructions, and while it waits.
  public void runMillis(long millis) {
    board.pauseAfter(TimeUnit.MILLISECONDS.toNanos(millis));
    mustPause("run for %d ms".formatted(millis));
  }

  /// Runs it for so many instructions, up to the end of the loop or call that it is in then.
  public void runInstructions(long count) {
    board.pauseAt(instructions() + count);
    mustPause("executed %d instructions".formatted(count));
  }

  /// Runs it until the console has shown a text, behind what was waited for before; says what came
  /// in front of it.
  public String runUntilShown(String text) {
    String wanted = "shown \"" + text + "\"";
    shown.listen(() -> {
      if (shown.hasNew(text)) {
        board.pause();
      }
    });
    try {
      while (!shown.hasNew(text)) {
        mustPause(wanted);
      }
      return shown.take(text);
    } finally {
      shown.listen(() -> {});
    }
  }

  private void mustPause(String wanted) {
    Stop stop = go(wanted);
    if (stop.kind() != Stop.Kind.PAUSED) {
      throw new AssertionError(
          "the board has not %s: %s; it has shown since: %s"
              .formatted(wanted, stop.reason(), shown.rest()));
    }
  }

  private Stop go(String wanted) {
    try (Patience patience = new Patience(patienceSeconds, board::pause)) {
      Stop stop = board.run();
      if (patience.isOver()) {
        throw new AssertionError(
            "the board has not %s in %d s; pc is 0x%08x; it has shown since: %s"
                .formatted(wanted, patienceSeconds, pc(), shown.rest()));
      }
      return stop;
    }
  }

  // The console.

  /// Types at its console.
  public void type(String text) {
    typed.type(text);
  }

  /// All that its console has shown so far.
  public String shown() {
    return shown.all();
  }

  // Registers.

  /// How many instructions it has executed.
  public long instructions() {
    return cpu().instructions();
  }

  public long pc() {
    return cpu().pc();
  }

  /// What a register holds, by its number.
  public int register(int number) {
    return (int) cpu().register(number);
  }

  /// What a register holds, by its name: `r2`, `sp`.
  public int register(String name) {
    return register(number(name));
  }

  public void setRegister(String name, int value) {
    cpu().setRegister(number(name), value);
  }

  public void setPc(long pc) {
    cpu().setPc(pc);
  }

  private int number(String name) {
    int number = cpu().isa().registers().names().indexOf(name);
    if (number < 0) {
      throw new IllegalArgumentException("there is no register " + name);
    }
    return number;
  }

  private Cpu cpu() {
    return board.processor().cpu();
  }

  // Memory.

  /// The address of a symbol of the firmware.
  public long symbol(String name) {
    return symbols.address(name);
  }

  /// The word at a symbol of the firmware.
  public int word(String symbol) {
    return word(symbol(symbol));
  }

  /// The word at an address, as code sees it before anything is mapped.
  public int word(long address) {
    return ByteBuffer.wrap(read(address, Integer.BYTES)).order(order()).getInt();
  }

  public void setWord(long address, int value) {
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).order(order()).putInt(value).array();
    write(address, bytes);
  }

  /// So many bytes from an address on.
  ///
  /// @throws IllegalArgumentException if there is no memory
  public byte[] read(long address, int length) {
    byte[] bytes = new byte[length];
    board.memory().read(board.processor().physical(address), bytes, 0, length);
    return bytes;
  }

  /// Puts bytes into memory.
  ///
  /// @throws IllegalArgumentException if there is no memory
  public void write(long address, byte[] bytes) {
    board.memory().write(board.processor().physical(address), bytes, 0, bytes.length);
  }

  private ByteOrder order() {
    return board.processorType().byteOrder();
  }

  // Devices.

  /// A device, by the end of its node's path: `gpio@180014d0`.
  ///
  /// @throws IllegalArgumentException if there is none, or more than one
  public Device device(String node) {
    List<Device> found = board.devices("/" + node);
    if (found.size() != 1) {
      throw new IllegalArgumentException("%d devices have a node %s".formatted(found.size(), node));
    }
    return found.getFirst();
  }

  /// A parallel port: lights, buttons.
  ///
  /// @throws IllegalArgumentException if there is no such
  public Pins pins(String node) {
    if (device(node) instanceof Pins pins) {
      return pins;
    }
    throw new IllegalArgumentException(node + " has no pins");
  }

  /// The board itself, for all else.
  public Board board() {
    return board;
  }
}
