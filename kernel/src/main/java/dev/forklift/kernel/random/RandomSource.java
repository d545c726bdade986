package dev.forklift.kernel.random;

import java.util.random.RandomGenerator;

/// Where every random byte of a kernel comes from, so that a seeded one can replace the host's.
@FunctionalInterface
public interface RandomSource {
  /// Fills a part of an array.
  void fill(byte[] destination, int offset, int length);

  /// Four random bytes.
  default int nextInt() {
    byte[] bytes = new byte[Integer.BYTES];
    fill(bytes, 0, bytes.length);
    return (bytes[0] & 0xff)
        | (bytes[1] & 0xff) << 8
        | (bytes[2] & 0xff) << 16
        | (bytes[3] & 0xff) << 24;
  }

  /// The host's.
  static RandomSource host() {
    return HostRandom.open();
  }

  /// Bytes of a generator.
  static RandomSource of(RandomGenerator generator) {
    return (destination, offset, length) -> {
      byte[] bytes = new byte[length];
      generator.nextBytes(bytes);
      System.arraycopy(bytes, 0, destination, offset, length);
    };
  }
}
