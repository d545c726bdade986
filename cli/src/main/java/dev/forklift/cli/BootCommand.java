package dev.forklift.cli;

import dev.forklift.board.cpu.Stop;
import dev.forklift.board.gdb.BoardDebugger;
import dev.forklift.board.machine.Board;
import dev.forklift.engine.cpu.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `forklift boot`: a whole machine, and the kernel that the user brings.
@Command(
    name = "boot",
    description = "Boots a Linux kernel, or firmware, on a whole Nios II board.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The board's serial port is the terminal; Ctrl-A X there ends the board,",
      "Ctrl-A S saves it.",
      "",
      "Examples:",
      "  forklift boot --kernel vmlinux --initrd rootfs/ --append rdinit=/bin/sh",
      "  forklift boot --dtb my-design.dtb --kernel vmlinux --initrd initramfs.cpio.gz",
      "  echo 'poweroff -f' | forklift boot --kernel vmlinux --initrd rootfs/",
      "  forklift boot --kernel vmlinux --disk root.img --append 'root=/dev/vda rw'",
      "  forklift boot --kernel vmlinux --initrd rootfs/ --share work/:ro --net user",
      "  forklift boot --kernel vmlinux --initrd rootfs/ --record boot.cast",
      "    and then: asciinema play boot.cast",
      "  forklift boot --board 10m50-bare --semihosting --kernel firmware.elf",
      "  forklift boot --kernel vmlinux --initrd rootfs/ --save shell --save-on '/ # '",
      "    and then: forklift boot --restore shell",
      "  forklift boot --kernel vmlinux --initrd rootfs/ --gdb 1234",
      "    and there: nios2-linux-gnu-gdb vmlinux -ex 'target remote :1234'",
      "",
      "Exit status: 0 when the machine is powered off, halted or reset, or ended by",
      "Ctrl-A X, --save-on or --save-after; the status that firmware ends with; 1 if the",
      "kernel panicked, the CPU went where there is nothing, or what was to be saved never",
      "came; 125 if the machine could not be started or saved, or Forklift itself failed."
    })
final class BootCommand implements UsualCommand {
  private static final int NOT_SAVED = 1;

  /// Null when read by [UsualLine].
  @Spec private @Nullable CommandSpec spec;

  private List<String> line = List.of();

  @Mixin private BoardOptions options = new BoardOptions();

  @Mixin private SaveOptions saving = new SaveOptions();

  @Option(
      names = "--record",
      paramLabel = "FILE.cast",
      description = "Record what the terminal shows (asciicast v2).")
  private @Nullable String record;

  @Option(
      names = {"--gdb", "-g"},
      paramLabel = "PORT",
      converter = PortConverter.class,
      description =
          "Wait on 127.0.0.1:PORT for GDB before the first instruction (there: target remote"
              + " :PORT); 0 takes any free port.")
  private @Nullable Integer port;

  @Option(
      names = "--engine",
      paramLabel = "translator|evaluator",
      converter = EngineKind.Converter.class,
      description =
          "What runs guest code: translator (the default) makes hot code fast; evaluator is the"
              + " default with --icount.")
  private @Nullable EngineKind engine;

  @Override
  public boolean takeFlag(String name) {
    return options.takeFlag(name);
  }

  @Override
  public boolean takeOption(String name, String value) {
    if (name.equals("--record")) {
      record = value;
      return true;
    }
    return options.takeOption(name, value) || saving.takeOption(name, value);
  }

  @Override
  public boolean takeRest(String[] words, List<String> rest) {
    line = List.of(words);
    return rest.isEmpty();
  }

  @Override
  public Integer call() {
    try (HostConsoleStreams streams =
        HostConsoleStreams.open(record == null ? null : CommandLineBytes.path(record), command())) {
      try {
        return run(streams);
      } finally {
        options.detach();
      }
    } catch (IOException e) {
      err(String.valueOf(e.getMessage()));
      return Main.NOT_RUN;
    }
  }

  private int run(HostConsoleStreams streams) throws IOException {
    saving.check();
    try (BoardDebugger debugger = port == null ? null : DebugOptions.listening(port)) {
      return run(streams, debugger);
    }
  }

  private int run(HostConsoleStreams streams, @Nullable BoardDebugger debugger) throws IOException {
    Board board =
        options.board(
            counted -> debugger == null ? engine(counted) : debugger.engine(),
            streams.input(),
            saving.watched(streams.output()),
            this::err);
    if (debugger != null) {
      err(DebugOptions.waiting(debugger.port()));
    }
    saving.begin(board);
    streams.begin(key -> command(key, board, debugger), options::resize);
    String lineEnd = streams.isErrorRaw() ? "\r\n" : "\n";
    Stop stop = run(board, debugger);
    while (stop.kind() == Stop.Kind.PAUSED
        && saving.save(board, options.header(), text -> err(text, lineEnd))) {
      stop = run(board, debugger);
    }
    streams.close();
    if (stop.isFailure()) {
      err(stop.reason());
    }
    String missed = saving.missed();
    if (missed != null && !stop.isFailure()) {
      err(missed);
      return NOT_SAVED;
    }
    return stop.status();
  }

  /// What runs the code, unless there is a debugger.
  private Engine engine(boolean counted) {
    EngineKind usual = counted ? EngineKind.EVALUATOR : EngineKind.TRANSLATOR;
    return (engine == null ? usual : engine).createForBoard();
  }

  private static Stop run(Board board, @Nullable BoardDebugger debugger) {
    return debugger == null ? board.run() : debugger.run(board);
  }

  private void command(int key, Board board, @Nullable BoardDebugger debugger) {
    switch (key) {
      case 'x' -> {
        board.quit();
        if (debugger != null) {
          debugger.look();
        }
      }
      case 's' -> saving.ask();
      default -> {
        // Nothing yet.
      }
    }
  }

  /// What was typed to get here.
  private String command() {
    CommandSpec read = spec;
    List<String> words = read == null ? line : read.commandLine().getParseResult().originalArgs();
    return "forklift " + String.join(" ", words);
  }

  private void err(String text) {
    err(text, "\n");
  }

  private void err(String text, String lineEnd) {
    CommandSpec read = spec;
    PrintWriter err = read == null ? Main.standardError() : read.commandLine().getErr();
    err.print("forklift: " + Main.oneLine(text) + lineEnd);
    err.flush();
  }
}
