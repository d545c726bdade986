package dev.forklift.engine.gdb;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Hexadecimal numbers and bytes as the protocol writes them.
public final class Hex {
  private static final HexFormat FORMAT = HexFormat.of();

  private Hex() {}

  /// What a packet says makes no sense.
  public static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    public Wrong() {
      super("wrong packet", null, false, false);
    }
  }

  /// An unsigned number.
  public static long number(String text) throws Wrong {
    try {
      return Long.parseUnsignedLong(text, 16);
    } catch (NumberFormatException e) {
      throw new Wrong();
    }
  }

  /// A number that counts something.
  public static int count(String text) throws Wrong {
    long number = number(text);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw new Wrong();
    }
    return (int) number;
  }

  public static String of(byte[] bytes, int length) {
    return FORMAT.formatHex(bytes, 0, length);
  }

  public static byte[] bytes(String text) throws Wrong {
    try {
      return FORMAT.parseHex(text);
    } catch (IllegalArgumentException e) {
      throw new Wrong();
    }
  }

  /// A string of which each byte is one char.
  public static String text(String hex) throws Wrong {
    return new String(bytes(hex), StandardCharsets.ISO_8859_1);
  }

  public static String ofText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return of(bytes, bytes.length);
  }

  /// A register, in the byte order of the target.
  public static String register(long value, int bytes, ByteOrder order) {
    byte[] all = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      all[order == ByteOrder.LITTLE_ENDIAN ? i : bytes - 1 - i] = (byte) (value >>> (8 * i));
    }
    return of(all, bytes);
  }

  public static long register(String hex, ByteOrder order) throws Wrong {
    byte[] all = bytes(hex);
    if (all.length == 0 || all.length > Long.BYTES) {
      throw new Wrong();
    }
    long value = 0;
    for (int i = 0; i < all.length; i++) {
      int shift = 8 * (order == ByteOrder.LITTLE_ENDIAN ? i : all.length - 1 - i);
      value |= (all[i] & 0xffL) << shift;
    }
    return value;
  }
}
