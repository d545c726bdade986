package dev.forklift.board.boot;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;

/// Makes U-Boot's images, as `mkimage` does.
final class UBootImages {
  static final int NIOS2 = 15;
  static final long LOAD = 0xc800_0000L;
  static final long ENTRY = 0xc800_0100L;
  static final int HEADER = 64;

  private UBootImages() {}

  static byte[] image(int architecture, int type, int compression, byte[] data) {
    ByteBuffer image = ByteBuffer.allocate(HEADER + data.length);
    image.putInt(0x2705_1956).putInt(0).putInt(1_700_000_000).putInt(data.length);
    image.putInt((int) LOAD).putInt((int) ENTRY).putInt(checksum(data));
    image.put((byte) 5).put((byte) architecture).put((byte) type).put((byte) compression);
    image.put(HEADER, data);
    image.putInt(4, checksum(Arrays.copyOf(image.array(), HEADER)));
    return image.array();
  }

  private static int checksum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return (int) sum.getValue();
  }
}
