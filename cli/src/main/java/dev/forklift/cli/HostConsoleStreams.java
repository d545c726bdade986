package dev.forklift.cli;

import dev.forklift.engine.host.HostSignals;
import dev.forklift.kernel.fs.tty.WindowSize;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The host's terminal, or its standard streams, as what is at the other end of a board's serial
/// port; recorded if that is wanted.
final class HostConsoleStreams implements AutoCloseable {
  private final @Nullable HostTerminal terminal;
  private final @Nullable CastRecording recording;
  private final WatchedOutput out = new WatchedOutput("standard output", FileDescriptor.out);
  private @Nullable Runnable quit;

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
    return screen == null
        ? new FileInputStream(FileDescriptor.in)
        : new EscapedInput(screen.input(), this::quit);
  }

  OutputStream output() {
    HostTerminal screen = terminal;
    OutputStream stream = screen == null ? out : screen.output();
    CastRecording cast = recording;
    return cast == null ? stream : cast.of(stream, screen != null);
  }

  /// The board begins.
  ///
  /// @param onQuit what the user's way out does
  /// @param onSize is told how large the terminal is, now and whenever that changes
  void begin(Runnable onQuit, Consumer<WindowSize> onSize) throws IOException {
    quit = onQuit;
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

  private void quit() {
    Runnable way = quit;
    if (way != null) {
      way.run();
    }
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
