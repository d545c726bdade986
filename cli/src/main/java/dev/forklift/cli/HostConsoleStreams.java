package dev.forklift.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// The host's terminal, or its standard streams, as what is at the other end of a board's serial
/// port.
final class HostConsoleStreams implements AutoCloseable {
  private final @Nullable HostTerminal terminal;
  private final WatchedOutput out = new WatchedOutput("standard output", FileDescriptor.out);
  private @Nullable Runnable quit;

  private HostConsoleStreams(@Nullable HostTerminal terminal) {
    this.terminal = terminal;
  }

  static HostConsoleStreams open() {
    return new HostConsoleStreams(HostTerminal.find());
  }

  InputStream input() {
    HostTerminal screen = terminal;
    return screen == null
        ? new FileInputStream(FileDescriptor.in)
        : new EscapedInput(screen.input(), this::quit);
  }

  OutputStream output() {
    HostTerminal screen = terminal;
    return screen == null ? out : screen.output();
  }

  /// The board begins.
  ///
  /// @param onQuit what the user's way out does
  void begin(Runnable onQuit) throws IOException {
    quit = onQuit;
    if (terminal != null) {
      terminal.begin();
    }
  }

  private void quit() {
    Runnable way = quit;
    if (way != null) {
      way.run();
    }
  }

  /// Gives the terminal back.
  @Override
  public void close() {
    if (terminal != null) {
      terminal.close();
    }
  }
}
