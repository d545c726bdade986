package dev.forklift.cli;

import dev.forklift.board.BadInputException;
import dev.forklift.board.boot.BootLoader;
import dev.forklift.board.boot.Initramfs;
import dev.forklift.board.boot.KernelImage;
import dev.forklift.board.boot.UBootImage;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.device.DeviceType;
import dev.forklift.board.machine.Board;
import dev.forklift.board.machine.BoardConfig;
import dev.forklift.board.state.SnapshotHeader;
import dev.forklift.board.state.SnapshotReader;
import dev.forklift.board.tree.Fdt;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.kernel.fs.tty.WindowSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which board is booted, and with what.
final class BoardOptions {
  private static final String USUAL_BOARD = "10m50";

  @Option(
      names = "--board",
      paramLabel = "NAME",
      description =
          "A board that is known by name: 10m50 (which is the default), or 10m50-bare, whose CPU"
              + " has no MMU, for firmware.")
  private @Nullable String board;

  @Option(
      names = "--dtb",
      paramLabel = "FILE",
      description = "Boot the board that this device tree describes.")
  private @Nullable String dtb;

  @Option(
      names = "--kernel",
      paramLabel = "FILE",
      description =
          "The kernel, or firmware: an ELF file such as vmlinux, a U-Boot image (uImage), or"
              + " bytes as they are.")
  private @Nullable String kernel;

  @Option(
      names = "--initrd",
      paramLabel = "FILE|FOLDER",
      description =
          "The initial file system: an archive as it is, or a folder, of which one is made.")
  private @Nullable String initrd;

  @Option(
      names = "--append",
      paramLabel = "TEXT",
      description = "The kernel's command line, in place of the device tree's.")
  private @Nullable String append;

  @Option(
      names = "--icount",
      description = "Let the board's time follow its instructions, so that two runs are equal.")
  private boolean counted;

  @Option(
      names = "--semihosting",
      description =
          "Let the supervisor's code print and end the run by break 1, as under a debugger.")
  private boolean semihosting;

  @Option(
      names = "--restore",
      paramLabel = "FILE",
      description =
          "Go on with the machine that was saved in this file, instead of booting one. What was"
              + " attached to it has to be named again.")
  private @Nullable String restore;

  @Mixin private AttachedOptions attached = new AttachedOptions();

  private byte[] bareTree = {};

  /// Takes a flag without picocli; says whether it is known.
  boolean takeFlag(String name) {
    switch (name) {
      case "--icount" -> counted = true;
      case "--semihosting" -> semihosting = true;
      default -> {
        return attached.takeFlag(name);
      }
    }
    return true;
  }

  /// Takes an option without picocli; says whether it is one that can be taken so.
  boolean takeOption(String name, String value) {
    switch (name) {
      case "--board" -> board = value;
      case "--dtb" -> dtb = value;
      case "--kernel" -> kernel = value;
      case "--initrd" -> initrd = value;
      case "--append" -> append = value;
      case "--restore" -> restore = value;
      default -> {
        return attached.takeOption(name, value);
      }
    }
    return true;
  }

  /// Makes what runs a board's code.
  interface Engines {
    /// What runs the code of one board.
    ///
    /// @param counted whether its time follows its instructions
    Engine engine(boolean counted);
  }

  /// The board, with everything in its memory.
  ///
  /// @param engines makes what runs its code, told whether instructions are counted
  /// @param output what its console shows
  /// @throws IOException with a message for the user
  Board board(Engines engines, InputStream input, OutputStream output, Consumer<String> remarks)
      throws IOException {
    String snapshot = restore;
    if (snapshot != null) {
      return named(snapshot, () -> restored(snapshot, engines, input, output));
    }
    String file = kernel;
    if (file == null) {
      throw new BadInputException("boot needs --kernel FILE, or --restore FILE");
    }
    Board made = made(tree(ProcessorType.all()), engines, input, output, remarks);
    long rawAddress = made.rawAddress();
    KernelImage image =
        named(file, () -> KernelImage.read(contents(file), made.processorType(), rawAddress));
    made.load(new BootLoader.Boot(image, ramdisk(), append == null ? "" : append));
    return made;
  }

  private Board made(
      TreeNode tree,
      Engines engines,
      InputStream input,
      OutputStream output,
      Consumer<String> remarks)
      throws IOException {
    bareTree = Fdt.write(tree);
    List<DeviceType> devices = new ArrayList<>();
    devices.add(attached.addTo(tree, counted));
    devices.addAll(DeviceType.all(BoardOptions.class.getClassLoader()));
    BoardConfig config =
        new BoardConfig(
            engines.engine(counted), ProcessorType.all(), devices, input, output, counted, remarks);
    Board made = named(dtb, () -> Board.of(tree, config));
    if (semihosting) {
      made.semihost();
    }
    return made;
  }

  private Board restored(String file, Engines engines, InputStream input, OutputStream output)
      throws IOException {
    if (Stream.of(kernel, initrd, append, board, dtb).anyMatch(Objects::nonNull)) {
      throw new BadInputException(
          "--kernel, --initrd, --append, --board and --dtb are what was saved");
    }
    try (InputStream in = Files.newInputStream(CommandLineBytes.path(file))) {
      SnapshotReader reader = new SnapshotReader(in);
      SnapshotHeader header = reader.header();
      if (counted && !header.counted()) {
        throw new BadInputException("it was saved without --icount");
      }
      counted = header.counted();
      if (!header.attached().equals(words())) {
        throw new BadInputException(
            "it was saved with %s; now there is %s"
                .formatted(listed(header.attached()), listed(words())));
      }
      // What there is to remark was said when it was booted.
      Board made = made(Fdt.read(header.tree()), engines, input, output, _ -> {});
      made.restore(reader);
      return made;
    } catch (OutOfMemoryError e) {
      throw new BadInputException("too large");
    } catch (BadInputException e) {
      throw e;
    } catch (IOException e) {
      throw new BadInputException(HostErrors.describe(e));
    }
  }

  private static String listed(List<String> words) {
    return words.isEmpty() ? "nothing attached" : String.join(" ", words);
  }

  /// What the machine has that no device tree says.
  private List<String> words() {
    List<String> words = attached.words();
    if (semihosting) {
      words.add("--semihosting");
    }
    return words;
  }

  /// What a snapshot of the board says first.
  SnapshotHeader header() {
    return new SnapshotHeader(counted, bareTree, words());
  }

  /// The terminal has another size from now on.
  void resize(WindowSize size) {
    attached.resize(size);
  }

  /// Lets go of what was attached.
  void detach() throws IOException {
    attached.close();
  }

  private TreeNode tree(List<ProcessorType> processors) throws IOException {
    String file = dtb;
    if (file != null) {
      if (board != null) {
        throw new BadInputException("--board and --dtb exclude each other");
      }
      return named(file, () -> Fdt.read(contents(file)));
    }
    Map<String, Supplier<TreeNode>> boards = new TreeMap<>();
    processors.forEach(type -> boards.putAll(type.boards()));
    Supplier<TreeNode> known = boards.get(board == null ? USUAL_BOARD : board);
    if (known == null) {
      throw new BadInputException(
          "--board: there is no %s; there are: %s"
              .formatted(board, String.join(", ", boards.keySet())));
    }
    return known.get();
  }

  private byte @Nullable [] ramdisk() throws IOException {
    if (initrd == null) {
      return null;
    }
    Path path = CommandLineBytes.path(initrd);
    if (!Files.isDirectory(path)) {
      byte[] archive = contents(initrd);
      return UBootImage.is(archive)
          ? named(initrd, () -> UBootImage.read(archive).packed())
          : archive;
    }
    try {
      return Initramfs.of(path);
    } catch (BadInputException e) {
      throw e;
    } catch (IOException e) {
      throw new BadInputException(initrd + ": " + e.getMessage());
    }
  }

  private static byte[] contents(String file) throws IOException {
    try {
      return Files.readAllBytes(CommandLineBytes.path(file));
    } catch (OutOfMemoryError e) {
      throw new BadInputException(file + ": too large");
    } catch (IOException e) {
      throw new BadInputException(file + ": " + HostErrors.describe(e));
    }
  }

  private interface Making<T> {
    T make() throws IOException;
  }

  /// Says which file it was that could not be used.
  private static <T> T named(@Nullable String file, Making<T> making) throws IOException {
    try {
      return making.make();
    } catch (BadInputException e) {
      String message = String.valueOf(e.getMessage());
      throw file == null || message.startsWith(file + ": ")
          ? e
          : new BadInputException(file + ": " + message);
    }
  }
}
