package dev.forklift.arch.nios2;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.device.DeviceType;
import dev.forklift.board.machine.Board;
import dev.forklift.board.machine.BoardConfig;
import dev.forklift.board.tree.TreeNode;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A board whose CPU has no MMU, and small programs on it. What handles exceptions stands where the
/// vector leads.
final class BareBoard {
  /// The end of a program or a handler, which changes nothing.
  static final String END = "cmpltui zero,zero,0xabc2";

  static final long CODE = 0x0800_1000L;
  static final long EXCEPTION = 0x0800_0020L;

  private static final int PATIENCE_SECONDS = 30;

  /// Where programs may put things.
  static final int DATA = 0x0810_0000;

  final TreeNode tree = Board10m50.bare();
  final List<String> remarks = new ArrayList<>();
  private final BoardEngine engine;
  private Board board;

  BareBoard(BoardEngine engine) {
    this.engine = engine;
  }

  BareBoard cpu(String property, int value) {
    TreeNode cpus = tree.child("cpus");
    if (cpus == null) {
      throw new AssertionError("no CPUs");
    }
    cpus.children().getFirst().with(property, value);
    return this;
  }

  Board make() throws BadInputException {
    board =
        Board.of(
            tree,
            new BoardConfig(
                engine.create(),
                ProcessorType.all(),
                DeviceType.all(BareBoard.class.getClassLoader()),
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                true,
                remarks::add));
    return board;
  }

  /// Runs a program, which finds the address of what it may use in r4, to its end.
  BareBoard run(String program, String handler) throws BadInputException {
    make();
    return runMade(program, handler);
  }

  /// The same on the board that was made last, with what was put there.
  BareBoard runMade(String program, String handler) throws BadInputException {
    at(CODE, program + "\n" + END);
    at(EXCEPTION, handler);
    board.processor().cpu().setPc(CODE);
    board.processor().cpu().setRegister(4, DATA);
    board.semihost();
    Board running = board;
    var patience =
        CompletableFuture.runAsync(
            running::quit, CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    Stop stop = board.run();
    patience.cancel(false);
    if (stop.kind() != Stop.Kind.ENDED) {
      throw new AssertionError("%s at 0x%x, cause %d".formatted(stop, pc(), cause()));
    }
    return this;
  }

  void at(long address, String text) {
    byte[] code = board.processor().cpu().isa().instructions().assembler().assemble(address, text);
    board.memory().write(address, code, 0, code.length);
  }

  int register(int index) {
    return (int) board.processor().cpu().register(index);
  }

  int control(int number) {
    return (int) board.processor().cpu().register(ControlRegister.slot(number));
  }

  int cause() {
    return control(ControlRegister.EXCEPTION) >>> 2;
  }

  long pc() {
    return board.processor().cpu().pc();
  }
}
