package dev.forklift.cli;

import dev.forklift.kernel.fs.tty.WindowSize;
import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A recording of what a terminal shows, as asciicast v2: a line of JSON about the whole, then one
/// for each piece of output or change of size, with its time.
///
/// What is written when there is no terminal is recorded with the line ends that one would make.
/// What is typed is not recorded: passwords are, too, and what shall be seen of it is shown.
final class CastRecording implements AutoCloseable {
  /// What is recorded where there is no terminal.
  static final WindowSize USUAL_SIZE = new WindowSize(24, 80);

  private static final int CHUNK = 4096;

  private final Path file;
  private final BufferedWriter out;
  private final long start = System.nanoTime();
  private @Nullable IOException failure;
  private boolean closed;

  private CastRecording(Path file, BufferedWriter out) {
    this.file = file;
    this.out = out;
  }

  /// Begins a recording.
  ///
  /// @param command what is recorded, for who reads the file
  /// @throws IOException with a message for the user if the file cannot be written
  static CastRecording begin(Path file, WindowSize size, String command) throws IOException {
    try {
      CastRecording recording = new CastRecording(file, Files.newBufferedWriter(file));
      recording.writeHeader(size, command);
      return recording;
    } catch (IOException e) {
      throw new IOException("--record " + file + ": " + HostErrors.describe(e), e);
    }
  }

  /// Begins a recording of the terminal.
  ///
  /// @param file the file to record to, or null
  /// @param terminal null if there is none
  /// @return null if there is no file
  static @Nullable CastRecording ofTerminal(
      @Nullable Path file, @Nullable HostTerminal terminal, String command) throws IOException {
    return file == null
        ? null
        : begin(file, terminal == null ? USUAL_SIZE : terminal.size(), command);
  }

  private void writeHeader(WindowSize size, String command) throws IOException {
    String term = System.getenv("TERM");
    out.write(
        String.format(
            Locale.ROOT,
            "{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %d",
            size.columns(),
            size.rows(),
            System.currentTimeMillis() / 1000));
    out.write(", \"command\": " + quote(command));
    out.write(", \"env\": {\"TERM\": " + quote(term == null ? "xterm-256color" : term) + "}}\n");
    out.flush();
  }

  /// Records what is written to a stream on its way there.
  ///
  /// @param terminal whether a terminal has made line ends already
  OutputStream of(OutputStream stream, boolean terminal) {
    return new Recorded(stream, terminal);
  }

  /// The terminal has another size from now on.
  void resize(WindowSize size) {
    event("r", size.columns() + "x" + size.rows());
  }

  private synchronized void event(String kind, CharSequence data) {
    if (closed || failure != null || data.isEmpty()) {
      return;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    try {
      out.write(String.format(Locale.ROOT, "[%.6f, \"%s\", %s]\n", seconds, kind, quote(data)));
      // Who ends us early still has what was shown.
      out.flush();
    } catch (IOException e) {
      failure = e;
    }
  }

  /// Ends it.
  ///
  /// @throws IOException with a message for the user if something could not be written
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      out.close();
    } catch (IOException e) {
      failure = e;
    }
    IOException problem = failure;
    if (problem != null) {
      throw new IOException("--record " + file + ": " + HostErrors.describe(problem), problem);
    }
  }

  private static String quote(CharSequence text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f || (c >= 0x80 && c < 0xa0) || Character.isSurrogate(c)) {
            json.append("\\u%04x".formatted((int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    return json.append('"').toString();
  }

  private final class Recorded extends FilterOutputStream {
    private final boolean terminal;
    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    // The bytes of a character that is not complete wait at its start.
    private final ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
    private final CharBuffer chars = CharBuffer.allocate(CHUNK);
    private char last;

    Recorded(OutputStream stream, boolean terminal) {
      super(stream);
      this.terminal = terminal;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] data, int offset, int length) throws IOException {
      out.write(data, offset, length);
      for (int done = 0; done < length; ) {
        int part = Math.min(length - done, bytes.remaining());
        bytes.put(data, offset + done, part).flip();
        done += part;
        decoder.decode(bytes, chars, false);
        bytes.compact();
        record();
      }
    }

    private void record() {
      chars.flip();
      StringBuilder shown = new StringBuilder(chars.length());
      while (chars.hasRemaining()) {
        char c = chars.get();
        if (c == '\n' && last != '\r' && !terminal) {
          shown.append('\r');
        }
        shown.append(c);
        last = c;
      }
      chars.clear();
      event("o", shown);
    }
  }
}
