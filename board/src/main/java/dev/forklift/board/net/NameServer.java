package dev.forklift.board.net;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whom the host asks for names.
public final class NameServer {
  private static final Path SETTINGS = Path.of("/etc/resolv.conf");
  private static final String KEY = "nameserver";

  private NameServer() {}

  /// The first one with an address of IPv4, as a number; the gateway, which is the host itself, if
  /// there is none.
  public static int ofHost() {
    try {
      for (String line : Files.readAllLines(SETTINGS, StandardCharsets.ISO_8859_1)) {
        String[] words = line.strip().split("\\s+", 3);
        if (words.length >= 2 && words[0].equals(KEY)) {
          InetAddress address = InetAddress.ofLiteral(words[1]);
          if (address instanceof Inet4Address) {
            return ByteBuffer.wrap(address.getAddress()).getInt();
          }
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // A host of another kind.
    }
    return Addresses.GATEWAY;
  }
}
