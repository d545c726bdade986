package dev.forklift.cli;

import dev.forklift.kernel.fs.tty.HostConsole;
import dev.forklift.kernel.fs.tty.WindowSize;
import dev.forklift.kernel.machine.Stdio;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The host's standard streams and terminal on their way to the guest, recorded if that is wanted.
final class HostStreams implements AutoCloseable {
  private final WatchedOutput out = new WatchedOutput("standard output", FileDescriptor.out);
  private final WatchedOutput err = new WatchedOutput("standard error", FileDescriptor.err);
  private final @Nullable HostTerminal terminal;
  private final @Nullable CastRecording recording;

  private HostStreams(@Nullable HostTerminal terminal, @Nullable CastRecording recording) {
    this.terminal = terminal;
    this.recording = recording;
  }

  /// @param record the file to record to, or null
  /// @param command what is recorded
  /// @throws IOException with a message for the user
  static HostStreams open(@Nullable Path record, String command) throws IOException {
    HostTerminal terminal = HostTerminal.find();
    return new HostStreams(terminal, CastRecording.ofTerminal(record, terminal, command));
  }

  /// Whether standard error is a terminal in raw mode while the guest runs.
  boolean isErrorRaw() {
    return terminal != null && HostTerminal.isTerminal(2);
  }

  @Nullable HostTerminal terminal() {
    return terminal;
  }

  /// What the guest gets: streams, and in place of those that are the terminal its own terminal.
  Stdio forGuest() {
    HostTerminal screen = terminal;
    if (screen == null) {
      return new Stdio(
          new FileInputStream(FileDescriptor.in), recorded(out, false), recorded(err, false));
    }
    return new Stdio(
        null,
        null,
        HostTerminal.isTerminal(2) ? null : recorded(err, false),
        new RecordedConsole(screen, recorded(screen.output(), true)));
  }

  private OutputStream recorded(OutputStream stream, boolean isTerminal) {
    CastRecording cast = recording;
    return cast == null ? stream : cast.of(stream, isTerminal);
  }

  /// The guest begins.
  void begin() throws IOException {
    if (terminal != null) {
      terminal.begin();
    }
  }

  /// The terminal has a new size.
  void resized(WindowSize size) {
    if (recording != null) {
      recording.resize(size);
    }
  }

  /// What of the guest's output was lost, or null.
  @Nullable String failure() {
    String failure = out.failure();
    return failure == null ? err.failure() : failure;
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

  private record RecordedConsole(HostTerminal terminal, OutputStream output)
      implements HostConsole {
    @Override
    public InputStream input() {
      return terminal.input();
    }

    @Override
    public WindowSize size() {
      return terminal.size();
    }
  }
}
