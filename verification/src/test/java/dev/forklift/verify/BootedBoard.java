package dev.forklift.verify;

import dev.forklift.board.boot.BootLoader;
import dev.forklift.board.boot.KernelImage;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.device.DeviceType;
import dev.forklift.board.machine.Board;
import dev.forklift.board.machine.BoardConfig;
import dev.forklift.board.tree.Fdt;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.jit.TranslationLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A board that runs on a thread of its own, and somebody who sits at its console.
final class BootedBoard implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Board board;
  private final Shown shown;
  private final OutputStream keyboard;
  private final List<String> remarks;
  private final CompletableFuture<Stop> end = new CompletableFuture<>();
  private final Thread thread;
  private int seen;

  private BootedBoard(Board board, Shown shown, OutputStream keyboard, List<String> remarks) {
    this.board = board;
    this.shown = shown;
    this.keyboard = keyboard;
    this.remarks = remarks;
    thread = Thread.ofPlatform().name("board").daemon().start(this::run);
  }

  /// What the console shows.
  private static final class Shown extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int b) {
      bytes.write(b);
    }

    synchronized String text() {
      return bytes.toString(StandardCharsets.ISO_8859_1).replace("\r", "");
    }
  }

  /// The device tree of a board that has a name.
  static TreeNode named(String name) {
    return ProcessorType.all().getFirst().boards().get(name).get();
  }

  static TreeNode read(Path dtb) throws IOException {
    return Fdt.read(Files.readAllBytes(dtb));
  }

  /// Runs it on the evaluator if instructions are counted, otherwise translated.
  ///
  /// @param ramdisk an initial file system, or null
  /// @param more kinds of devices beside the usual ones
  static BootedBoard start(
      TreeNode tree,
      Path kernel,
      byte @Nullable [] ramdisk,
      String commandLine,
      boolean counted,
      DeviceType... more)
      throws IOException {
    Engine usual =
        counted
            ? new Evaluator()
            : new Evaluator(RegionTranslator.forMachines(new TranslationLog()));
    return start(usual, tree, kernel, ramdisk, commandLine, counted, more);
  }

  static BootedBoard start(
      Engine engine,
      TreeNode tree,
      Path kernel,
      byte @Nullable [] ramdisk,
      String commandLine,
      boolean counted,
      DeviceType... more)
      throws IOException {
    List<DeviceType> devices = new ArrayList<>(List.of(more));
    devices.addAll(DeviceType.all(BootedBoard.class.getClassLoader()));
    List<String> remarks = new ArrayList<>();
    Shown shown = new Shown();
    PipedOutputStream keyboard = new PipedOutputStream();
    BoardConfig config =
        new BoardConfig(
            engine,
            ProcessorType.all(),
            devices,
            new PipedInputStream(keyboard, 1 << 16),
            shown,
            counted,
            remarks::add);
    Board board = Board.of(tree, config);
    KernelImage image =
        KernelImage.read(Files.readAllBytes(kernel), board.processorType(), board.rawAddress());
    board.load(new BootLoader.Boot(image, ramdisk, commandLine));
    return new BootedBoard(board, shown, keyboard, remarks);
  }

  private void run() {
    try {
      end.complete(board.run());
    } catch (Throwable e) {
      end.completeExceptionally(e);
    }
  }

  /// Waits until the console shows `text`, behind what was waited for before; answers what came in
  /// front of it.
  String expect(String text) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      String all = shown.text();
      int at = all.indexOf(text, seen);
      if (at >= 0) {
        String before = all.substring(seen, at);
        seen = at + text.length();
        return before;
      }
      if (end.isDone()) {
        throw new AssertionError("the board ended: " + end.get() + "\n" + all.substring(seen));
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no \"" + text + "\" in: " + all.substring(seen));
      }
      Thread.sleep(20);
    }
  }

  void type(String text) throws IOException {
    keyboard.write(text.getBytes(StandardCharsets.ISO_8859_1));
    keyboard.flush();
  }

  /// What the shell says to a command.
  String answer(String command) throws Exception {
    type(command + "\n");
    var _ = expect("\n");
    String answer = expect("/ # ");
    return answer.endsWith("\n") ? answer.substring(0, answer.length() - 1) : answer;
  }

  Stop end() throws Exception {
    return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  void quit() {
    board.quit();
  }

  String shown() {
    return shown.text();
  }

  List<String> remarks() {
    return remarks;
  }

  /// How long its thread has run.
  long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId());
  }

  long instructions() {
    return board.processor().cpu().instructions();
  }

  @Override
  public void close() {
    board.quit();
  }
}
