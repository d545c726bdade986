package dev.forklift.cli;

import dev.forklift.board.BadInputException;
import dev.forklift.board.machine.Board;
import dev.forklift.board.state.SnapshotHeader;
import dev.forklift.board.state.SnapshotWriter;
import dev.forklift.engine.host.HostSignals;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// When a board's state goes into a file.
final class SaveOptions {
  @Option(
      names = "--save",
      paramLabel = "FILE",
      description =
          "Save the whole machine into a file at Ctrl-A S, at SIGUSR1, or as the next two say.")
  private @Nullable String save;

  @Option(
      names = "--save-on",
      paramLabel = "TEXT",
      description = "Save when the console has shown a text, and end.")
  private @Nullable String text;

  @Option(
      names = "--save-after",
      paramLabel = "COUNT",
      description = "Save when so many instructions have been executed, and end.")
  private @Nullable Long instructions;

  private volatile @Nullable Board board;

  /// The user wants it saved, and to go on.
  private volatile boolean asked;

  private boolean seen;

  private boolean done;

  /// Takes an option without picocli; says whether it is one that can be taken so.
  boolean takeOption(String name, String value) {
    switch (name) {
      case "--save" -> save = value;
      case "--save-on" -> text = value;
      default -> {
        return false;
      }
    }
    return true;
  }

  /// Makes sure that the options go together.
  void check() throws BadInputException {
    boolean isAwaited = text != null || instructions != null;
    if (isAwaited && save == null) {
      throw new BadInputException("--save-on and --save-after need --save FILE");
    }
    if (text != null && instructions != null) {
      throw new BadInputException("--save-on and --save-after exclude each other");
    }
    if (text != null && text.isEmpty()) {
      throw new BadInputException("--save-on needs a text");
    }
  }

  /// What the console shows, watched if that matters.
  OutputStream watched(OutputStream console) {
    String awaited = text;
    return awaited == null
        ? console
        : new AwaitedText(console, awaited.getBytes(StandardCharsets.ISO_8859_1), this::see);
  }

  /// The board is about to run.
  void begin(Board made) {
    board = made;
    if (instructions != null) {
      made.pauseAt(instructions);
    }
    if (save != null) {
      HostSignals.handle("USR1", this::ask);
    }
  }

  /// Saves soon; the board goes on. Any thread.
  void ask() {
    asked = true;
    pause();
  }

  private void see() {
    seen = true;
    pause();
  }

  private void pause() {
    Board made = board;
    if (made != null) {
      made.pause();
    }
  }

  /// Saves a board that has paused, if that was for it.
  ///
  /// @param say is told how that went
  /// @return whether the board shall go on
  /// @throws IOException with a message for the user if nobody is there to try again
  boolean save(Board paused, SnapshotHeader header, Consumer<String> say) throws IOException {
    boolean awaited =
        seen || (instructions != null && paused.processor().cpu().instructions() >= instructions);
    if (!asked && !awaited) {
      return true;
    }
    boolean goesOn = !awaited;
    asked = false;
    String file = save;
    if (file == null) {
      say.accept("Ctrl-A S needs --save FILE");
      return true;
    }
    try {
      write(CommandLineBytes.path(file), paused, header);
    } catch (IOException e) {
      String message = file + ": " + HostErrors.describe(e);
      if (goesOn) {
        say.accept(message);
        return true;
      }
      throw new IOException(message, e);
    }
    say.accept(file + ": saved");
    done = !goesOn;
    return goesOn;
  }

  /// What was awaited and never came, or null.
  @Nullable String missed() {
    if (done) {
      return null;
    }
    return text != null
        ? "--save-on: the console did not show it; nothing was saved"
        : instructions != null ? "--save-after: it ended before; nothing was saved" : null;
  }

  /// Under another name first, so that what was saved before is lost only for something whole.
  private static void write(Path file, Board paused, SnapshotHeader header) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (OutputStream out = Files.newOutputStream(part)) {
        paused.save(new SnapshotWriter(out, header));
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
