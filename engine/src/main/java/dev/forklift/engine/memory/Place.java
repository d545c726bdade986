package dev.forklift.engine.memory;

import static dev.forklift.engine.memory.HostMemory.HOST;

import org.jspecify.annotations.Nullable;

/// Where the bytes of a page stand: in an array on the Java heap, or in a [Window].
///
/// @param words the array; null in a window
/// @param at what has to be added to an offset on the page for [HostMemory]: 0 on the heap
record Place(long @Nullable [] words, long at) {
  /// A new place on the heap, zero-filled.
  static Place onHeap(int bytes) {
    return new Place(new long[bytes / Long.BYTES], 0);
  }

  /// In a window.
  ///
  /// @param address the host's
  static Place inWindow(long address) {
    return new Place(null, address - HostMemory.ThroughUnsafe.BASE);
  }

  /// Whether it is the place in a window at an address of the host.
  boolean isAt(long address) {
    return words == null && at == address - HostMemory.ThroughUnsafe.BASE;
  }

  /// A copy on the heap.
  Place copyOnHeap(int bytes) {
    if (words != null) {
      return new Place(words.clone(), 0);
    }
    Place copy = onHeap(bytes);
    copyTo(copy, bytes);
    return copy;
  }

  void copyTo(Place other, int bytes) {
    HOST.copy(words, at, other.words, other.at, bytes);
  }

  void copyOut(int offset, byte[] destination, int start, int length) {
    HOST.copyOut(words, at + offset, destination, start, length);
  }

  void copyIn(byte[] source, int start, int offset, int length) {
    HOST.copyIn(source, start, words, at + offset, length);
  }

  void fillZero(int offset, int length) {
    HOST.fillZero(words, at + offset, length);
  }
}
