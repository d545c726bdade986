package dev.forklift.kernel.wait;

import java.security.SecureRandom;
import java.util.Random;

/// Where every random byte that a guest sees comes from.
@FunctionalInterface
public interface RandomSource {
  void fill(byte[] bytes);

  /// The host's secure generator.
  static RandomSource host() {
    return new RandomSource() {
      private final SecureRandom random = new SecureRandom();

      @Override
      public void fill(byte[] bytes) {
        random.nextBytes(bytes);
      }
    };
  }

  /// The same bytes in every run.
  static RandomSource seeded(long seed) {
    Random random = new Random(seed);
    return bytes -> {
      synchronized (random) {
        random.nextBytes(bytes);
      }
    };
  }
}
