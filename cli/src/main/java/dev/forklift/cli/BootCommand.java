package dev.forklift.cli;

import dev.forklift.board.cpu.Stop;
import dev.forklift.board.machine.Board;
import java.io.IOException;
import java.util.concurrent.Callable;
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
      "The board's serial port is the terminal; Ctrl-A X there ends the board.",
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
      "",
      "Exit status: 0 when the machine is powered off, halted or reset, or ended by",
      "Ctrl-A X; the status that firmware ends with; 1 if the kernel panicked, or the",
      "CPU went where there is nothing; 125 if the machine could not be started, or",
      "Forklift itself failed."
    })
final class BootCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private BoardOptions options = new BoardOptions();

  @Option(
      names = "--record",
      paramLabel = "FILE.cast",
      description = "Record what the terminal shows (asciicast v2).")
  private @Nullable String record;

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
    Board board = options.board(streams, this::err);
    streams.begin(board::quit, options::resize);
    Stop stop = board.run();
    streams.close();
    if (stop.isFailure()) {
      err(stop.reason());
    }
    return stop.status();
  }

  /// What was typed to get here.
  private String command() {
    return "forklift " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
  }

  private void err(String line) {
    spec.commandLine().getErr().println("forklift: " + Main.oneLine(line));
    spec.commandLine().getErr().flush();
  }
}
