package dev.forklift.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// Kernels of a few words, at the beginning of the board's memory.
final class TinyKernel {
  /// A jump to itself.
  static final int STAY = 0xffffff06;

  /// Counts r2 down from 262144, then stays: half a million instructions.
  static final int[] COUNTS_DOWN = {
    (2 << 22) | (4 << 6) | 0x34,
    (2 << 27) | (2 << 22) | (0xffff << 6) | 0x04,
    (2 << 27) | (0xfff8 << 6) | 0x1e,
    STAY
  };

  private TinyKernel() {}

  static Path write(Path folder, int... code) throws IOException {
    ByteBuffer elf = ByteBuffer.allocate(84 + 4 * code.length).order(ByteOrder.LITTLE_ENDIAN);
    elf.putInt(0, 0x464c457f).put(4, (byte) 1).put(5, (byte) 1).put(6, (byte) 1);
    elf.putShort(16, (short) 2).putShort(18, (short) 113).putInt(20, 1).putInt(24, 0xc8000000);
    elf.putInt(28, 52).putShort(40, (short) 52).putShort(42, (short) 32).putShort(44, (short) 1);
    elf.position(52);
    elf.putInt(1).putInt(84).putInt(0xc8000000).putInt(0xc8000000);
    elf.putInt(4 * code.length).putInt(4 * code.length);
    elf.position(84);
    for (int word : code) {
      elf.putInt(word);
    }
    byte[] bytes = new byte[elf.capacity()];
    elf.get(0, bytes);
    return Files.write(folder.resolve("kernel"), bytes);
  }
}
