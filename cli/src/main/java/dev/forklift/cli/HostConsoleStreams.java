package dev.forklift.cli;

import dev.forklift.engine.host.HostSignals;
import dev.forklift.kernel.fs.tty.WindowSize;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// The host's terminal, or its standard streams, as what is at the other end of a board's serial
/// port; recorded if that is wanted.
final class HostConsoleStreams implements AutoCloseable {
  private final @Nullable HostTerminal terminal;
  private final @Nullable CastRecording recording;
  private final WatchedOutput out = new WatchedOutput("standard output", FileDescriptor.out);
  private @Nullable IntConsumer command;

  private HostConsoleStreams(@Nullable HostTerminal terminal, @Nullable CastRecording recording) {
    this.terminal = terminal;
    this.recording = recording;
  }

  /// @param record the file to record to, or null
  /// @param command what is recorded
  /// @throws IOException with a message for the user
  static HostConsoleStreams open(@Nullable Path record, String command) throws IOException {
    HostTerminal terminal = HostTerminal.find();
    return new HostConsoleStreams(terminal, CastRecording.ofTerminal(record, terminal, command));
  }

  InputStream input() {
    HostTerminal screen = terminal;
    return screen == null ? System.in : new EscapedInput(screen.input(), this::command);
  }

  OutputStream output() {
    HostTerminal screen = terminal;
    OutputStream stream = screen == null ? out : screen.output();
    CastRecording cast = recording;
    return cast == null ? stream : cast.of(stream, screen != null);
  }

  /// The board begins.
  ///
  /// @param onCommand is given the key behind Ctrl-A
  /// @param onSize is told how large the terminal is, now and whenever that changes
  void begin(IntConsumer onCommand, Consumer<WindowSize> onSize) throws IOException {
    command = onCommand;
    HostTerminal screen = terminal;
    if (screen != null) {
      screen.begin();
      onSize.accept(screen.size());
      HostSignals.handle("CONT", screen::takeBack);
      HostSignals.handle("WINCH", () -> resized(screen.size(), onSize));
    }
  }

  private void resized(WindowSize size, Consumer<WindowSize> onSize) {
    onSize.accept(size);
    if (recording != null) {
      recording.resize(size);
    }
  }

  private void command(int key) {
    IntConsumer taker = command;
    if (taker != null) {
      taker.accept(key);
    }
  }

  /// Whether standard error is a terminal in raw mode while the board runs.
  boolean isErrorRaw() {
    return terminal != null && HostTerminal.isTerminal(2);
  }

  /// Gives the terminal back and ends the recording.
  ///
  /// @throws IOException with a message for the user if the recording is not complete
  @Override
  public void close() throws IOException {
    if (terminal != null) {
      terminal.close();
    }
    if (recording != null) {
      recording.close();
    }
  }
}
