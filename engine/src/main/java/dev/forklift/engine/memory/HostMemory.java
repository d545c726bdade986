package dev.forklift.engine.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.internal.misc.Unsafe;

/// How the `long[]` of a [Frame] is touched: the only class that knows.
final class HostMemory {
  /// The way that this JVM offers, chosen once so that HotSpot folds the choice.
  ///
  /// `jdk.internal.misc.Unsafe` where the launcher opens it, which costs one instruction an access
  /// even in code that is not compiled yet; memory segments otherwise, or where the system property
  /// `dev.forklift.memory.segments` is true.
  static final Way HOST =
      unsafeIsOpen()
              && !Boolean.getBoolean("dev.forklift.memory.segments")
              && ThroughUnsafe.isPossible()
          ? new ThroughUnsafe()
          : new ThroughSegments();

  /// Whether the host keeps the most significant byte first.
  static final boolean BIG_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

  private HostMemory() {}

  static boolean unsafeIsOpen() {
    return Object.class.getModule().isExported("jdk.internal.misc", HostMemory.class.getModule());
  }

  /// A way to touch a `long[]`.
  ///
  /// Offsets count bytes from the start of the array and must lie inside it; values are in the
  /// host's byte order. An access whose offset is a multiple of its size is never torn; any other
  /// offset works too, except for compare and exchange.
  abstract static sealed class Way {
    abstract byte get8(long[] words, long offset);

    abstract short get16(long[] words, long offset);

    abstract int get32(long[] words, long offset);

    abstract long get64(long[] words, long offset);

    abstract void put8(long[] words, long offset, byte value);

    abstract void put16(long[] words, long offset, short value);

    abstract void put32(long[] words, long offset, int value);

    abstract void put64(long[] words, long offset, long value);

    /// Puts `replacement` where `expected` stands; answers what stood there. A full fence.
    abstract int compareAndExchange32(long[] words, int offset, int expected, int replacement);

    abstract long compareAndExchange64(long[] words, int offset, long expected, long replacement);

    abstract void copyOut(long[] words, int offset, byte[] destination, int start, int length);

    abstract void copyIn(byte[] source, int start, long[] words, int offset, int length);

    abstract void fillZero(long[] words, int offset, int length);
  }

  static final class ThroughUnsafe extends Way {
    private static final Unsafe UNSAFE = Unsafe.getUnsafe();
    static final long REFERENCES = Unsafe.ARRAY_OBJECT_BASE_OFFSET;
    static final int REFERENCE_BYTES = Unsafe.ARRAY_OBJECT_INDEX_SCALE;
    static final long BASE = Unsafe.ARRAY_LONG_BASE_OFFSET;

    /// Whether the host can load and store at any address. Then accesses are the plain ones, which
    /// every compiler of HotSpot knows.
    static boolean isPossible() {
      return UNSAFE.unalignedAccess();
    }

    @Override
    byte get8(long[] words, long offset) {
      return UNSAFE.getByte(words, BASE + offset);
    }

    @Override
    short get16(long[] words, long offset) {
      return UNSAFE.getShort(words, BASE + offset);
    }

    @Override
    int get32(long[] words, long offset) {
      return UNSAFE.getInt(words, BASE + offset);
    }

    @Override
    long get64(long[] words, long offset) {
      return UNSAFE.getLong(words, BASE + offset);
    }

    @Override
    void put8(long[] words, long offset, byte value) {
      UNSAFE.putByte(words, BASE + offset, value);
    }

    @Override
    void put16(long[] words, long offset, short value) {
      UNSAFE.putShort(words, BASE + offset, value);
    }

    @Override
    void put32(long[] words, long offset, int value) {
      UNSAFE.putInt(words, BASE + offset, value);
    }

    @Override
    void put64(long[] words, long offset, long value) {
      UNSAFE.putLong(words, BASE + offset, value);
    }

    @Override
    int compareAndExchange32(long[] words, int offset, int expected, int replacement) {
      return UNSAFE.compareAndExchangeInt(words, BASE + offset, expected, replacement);
    }

    @Override
    long compareAndExchange64(long[] words, int offset, long expected, long replacement) {
      return UNSAFE.compareAndExchangeLong(words, BASE + offset, expected, replacement);
    }

    @Override
    void copyOut(long[] words, int offset, byte[] destination, int start, int length) {
      UNSAFE.copyMemory(
          words, BASE + offset, destination, Unsafe.ARRAY_BYTE_BASE_OFFSET + start, length);
    }

    @Override
    void copyIn(byte[] source, int start, long[] words, int offset, int length) {
      UNSAFE.copyMemory(
          source, Unsafe.ARRAY_BYTE_BASE_OFFSET + start, words, BASE + offset, length);
    }

    @Override
    void fillZero(long[] words, int offset, int length) {
      UNSAFE.setMemory(words, BASE + offset, length, (byte) 0);
    }
  }

  static final class ThroughSegments extends Way {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    @Override
    byte get8(long[] words, long offset) {
      return MemorySegment.ofArray(words).get(ValueLayout.JAVA_BYTE, offset);
    }

    @Override
    short get16(long[] words, long offset) {
      return MemorySegment.ofArray(words).get(ValueLayout.JAVA_SHORT_UNALIGNED, offset);
    }

    @Override
    int get32(long[] words, long offset) {
      return MemorySegment.ofArray(words).get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    }

    @Override
    long get64(long[] words, long offset) {
      return MemorySegment.ofArray(words).get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
    }

    @Override
    void put8(long[] words, long offset, byte value) {
      MemorySegment.ofArray(words).set(ValueLayout.JAVA_BYTE, offset, value);
    }

    @Override
    void put16(long[] words, long offset, short value) {
      MemorySegment.ofArray(words).set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, value);
    }

    @Override
    void put32(long[] words, long offset, int value) {
      MemorySegment.ofArray(words).set(ValueLayout.JAVA_INT_UNALIGNED, offset, value);
    }

    @Override
    void put64(long[] words, long offset, long value) {
      MemorySegment.ofArray(words).set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
    }

    @Override
    int compareAndExchange32(long[] words, int offset, int expected, int replacement) {
      return (int)
          INT.compareAndExchange(
              MemorySegment.ofArray(words), (long) offset, expected, replacement);
    }

    @Override
    long compareAndExchange64(long[] words, int offset, long expected, long replacement) {
      return (long)
          LONG.compareAndExchange(
              MemorySegment.ofArray(words), (long) offset, expected, replacement);
    }

    @Override
    void copyOut(long[] words, int offset, byte[] destination, int start, int length) {
      MemorySegment.copy(
          MemorySegment.ofArray(words), ValueLayout.JAVA_BYTE, offset, destination, start, length);
    }

    @Override
    void copyIn(byte[] source, int start, long[] words, int offset, int length) {
      MemorySegment.copy(
          source, start, MemorySegment.ofArray(words), ValueLayout.JAVA_BYTE, offset, length);
    }

    @Override
    void fillZero(long[] words, int offset, int length) {
      MemorySegment.ofArray(words).asSlice(offset, length).fill((byte) 0);
    }
  }
}
