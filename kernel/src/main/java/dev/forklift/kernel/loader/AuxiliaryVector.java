package dev.forklift.kernel.loader;

import java.util.Arrays;

/// What the kernel tells a program about itself and the machine: pairs of a kind and a value, ended
/// by a pair of zeros.
final class AuxiliaryVector {
  private long[] words = new long[40];
  private int size;

  AuxiliaryVector add(int kind, long value) {
    if (size + 2 > words.length) {
      words = Arrays.copyOf(words, 2 * words.length);
    }
    words[size++] = kind;
    words[size++] = value;
    return this;
  }

  /// All of it, with its end.
  long[] end() {
    return Arrays.copyOf(words, size + 2);
  }
}
