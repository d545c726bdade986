package dev.forklift.engine.gdb;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One debugger's connection: packets in and out, with their checksums and acknowledgements.
public final class GdbConnection implements AutoCloseable {
  /// How long a packet may be, both ways.
  public static final int PACKET_BYTES = 0x4000;

  private static final int CTRL_C = 3;
  private static final int ESCAPE = '}';
  private static final int ESCAPE_BIT = 0x20;
  private static final int TRIES = 8;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final Consumer<GdbEvent> events;
  private volatile boolean acknowledging = true;
  private byte @Nullable [] last;
  private int repeated;

  GdbConnection(Socket socket, Consumer<GdbEvent> events) throws IOException {
    this.socket = socket;
    this.events = events;
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /// Reads until the connection is gone. On a thread of its own.
  void read() {
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        switch (b) {
          case '$' -> {
            String packet = packet();
            if (packet != null) {
              events.accept(new GdbEvent.Packet(packet));
            }
          }
          case CTRL_C -> events.accept(new GdbEvent.Interrupt());
          case '-' -> repeat();
          default -> {} // an acknowledgement, or noise
        }
      }
    } catch (IOException e) {
      // As good as the end.
    }
    events.accept(new GdbEvent.Closed());
  }

  private @Nullable String packet() throws IOException {
    StringBuilder text = new StringBuilder();
    int sum = 0;
    int b = in.read();
    for (; b >= 0 && b != '#'; b = in.read()) {
      if (text.length() > 2 * PACKET_BYTES) {
        throw new IOException("endless packet");
      }
      sum += b;
      if (b == ESCAPE) {
        int escaped = in.read();
        sum += escaped;
        text.append((char) (escaped ^ ESCAPE_BIT));
      } else {
        text.append((char) b);
      }
    }
    synchronized (this) {
      // What was said before is no answer to this.
      last = null;
    }
    int high = Character.digit(in.read(), 16);
    int low = Character.digit(in.read(), 16);
    if (b < 0) {
      return null;
    }
    if (acknowledging) {
      boolean right = (sum & 0xff) == 16 * high + low;
      raw(new byte[] {(byte) (right ? '+' : '-')});
      return right ? text.toString() : null;
    }
    return text.toString();
  }

  /// From now on nothing is acknowledged.
  public void stopAcknowledging() {
    acknowledging = false;
  }

  /// Sends a packet, one char a byte.
  public void send(String text) {
    byte[] plain = text.getBytes(StandardCharsets.ISO_8859_1);
    byte[] framed = new byte[2 * plain.length + 4];
    int length = 0;
    int sum = 0;
    framed[length++] = '$';
    for (byte b : plain) {
      if (b == '#' || b == '$' || b == ESCAPE || b == '*') {
        framed[length++] = ESCAPE;
        sum += ESCAPE;
        framed[length] = (byte) (b ^ ESCAPE_BIT);
      } else {
        framed[length] = b;
      }
      sum += framed[length++];
    }
    framed[length++] = '#';
    framed[length++] = (byte) Character.forDigit(sum >> 4 & 0xf, 16);
    framed[length++] = (byte) Character.forDigit(sum & 0xf, 16);
    synchronized (this) {
      last = java.util.Arrays.copyOf(framed, length);
      repeated = 0;
    }
    raw(java.util.Arrays.copyOf(framed, length));
  }

  private void repeat() {
    byte[] again;
    synchronized (this) {
      again = repeated++ < TRIES ? last : null;
    }
    if (again != null && acknowledging) {
      raw(again);
    }
  }

  private synchronized void raw(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      // The reader sees it too.
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed is closed.
    }
  }
}
