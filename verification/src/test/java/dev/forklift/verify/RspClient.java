package dev.forklift.verify;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A debugger's end of GDB's remote serial protocol, as small as can be.
final class RspClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final InputStream in;

  RspClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /// Sends a packet and waits for its answer.
  String ask(String packet) throws IOException {
    send(packet);
    return receive();
  }

  void send(String packet) throws IOException {
    byte[] bytes = packet.getBytes(StandardCharsets.ISO_8859_1);
    int sum = 0;
    for (byte b : bytes) {
      sum += b;
    }
    raw("$" + packet + "#%02x".formatted(sum & 0xff));
  }

  void raw(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /// The next packet. Says that it has come.
  String receive() throws IOException {
    int b = in.read();
    while (b != '$') {
      if (b < 0) {
        throw new IOException("the server has hung up");
      }
      b = in.read();
    }
    StringBuilder packet = new StringBuilder();
    for (b = in.read(); b != '#'; b = in.read()) {
      packet.append((char) (b == '}' ? in.read() ^ 0x20 : b));
    }
    var _ = in.read() + in.read();
    raw("+");
    return packet.toString();
  }

  /// Whether the server has hung up.
  boolean isOver() throws IOException {
    int b = in.read();
    while (b == '+') {
      b = in.read();
    }
    return b < 0;
  }

  /// A register of 32 bits, by GDB's number.
  long register(int number) throws IOException {
    return Integer.reverseBytes((int) Long.parseLong(ask("p%x".formatted(number)), 16))
        & 0xffff_ffffL;
  }

  /// Four bytes of memory.
  int word(long address) throws IOException {
    return Integer.reverseBytes((int) Long.parseLong(ask("m%x,4".formatted(address)), 16));
  }

  /// The thread that a stop is about.
  static int thread(String stop) {
    Matcher matcher = Pattern.compile("thread:(\\w+);").matcher(stop);
    if (!matcher.find()) {
      throw new AssertionError("no thread in " + stop);
    }
    return Integer.parseInt(matcher.group(1), 16);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
