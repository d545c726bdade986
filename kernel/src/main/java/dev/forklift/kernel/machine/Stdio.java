package dev.forklift.kernel.machine;

import dev.forklift.kernel.fs.tty.HostConsole;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// What the guest gets as standard input, output and error: streams of the host, which look like
/// pipes, or where null the host's terminal.
///
/// @param console the host's terminal, if there is one
public record Stdio(
    @Nullable InputStream in,
    @Nullable OutputStream out,
    @Nullable OutputStream err,
    @Nullable HostConsole console) {

  public Stdio {
    if (console == null && (in == null || out == null || err == null)) {
      throw new IllegalArgumentException("neither a stream nor a terminal");
    }
  }

  /// Streams only.
  public Stdio(InputStream in, OutputStream out, OutputStream err) {
    this(in, out, err, null);
  }
}
