package dev.forklift.engine.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.internal.misc.Unsafe;
import org.jspecify.annotations.Nullable;

/// How the bytes of a [Frame] are touched: the only class that knows.
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

  /// A way to touch a `long[]`, or null and memory outside of the heap, if [Window] offers any.
  ///
  /// Offsets count bytes from the start of the array and must lie inside it; [Place] says what they
  /// are outside of the heap. Values are in the host's byte order. An access whose offset is a
  /// multiple of its size is never torn; any other offset works too, except for compare and
  /// exchange.
  abstract static sealed class Way {
    abstract byte get8(long @Nullable [] words, long offset);

    abstract short get16(long @Nullable [] words, long offset);

    abstract int get32(long @Nullable [] words, long offset);

    abstract long get64(long @Nullable [] words, long offset);

    abstract void put8(long @Nullable [] words, long offset, byte value);

    abstract void put16(long @Nullable [] words, long offset, short value);

    abstract void put32(long @Nullable [] words, long offset, int value);

    abstract void put64(long @Nullable [] words, long offset, long value);

    /// Puts `replacement` where `expected` stands; answers what stood there. A full fence.
    abstract int compareAndExchange32(
        long @Nullable [] words, long offset, int expected, int replacement);

    abstract long compareAndExchange64(
        long @Nullable [] words, long offset, long expected, long replacement);

    abstract void copyOut(
        long @Nullable [] words, long offset, byte[] destination, int start, int length);

    abstract void copyIn(
        byte[] source, int start, long @Nullable [] words, long offset, int length);

    abstract void fillZero(long @Nullable [] words, long offset, int length);

    abstract void copy(
        long @Nullable [] words, long offset, long @Nullable [] to, long toOffset, int length);
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
    byte get8(long @Nullable [] words, long offset) {
      return UNSAFE.getByte(words, BASE + offset);
    }

    @Override
    short get16(long @Nullable [] words, long offset) {
      return UNSAFE.getShort(words, BASE + offset);
    }

    @Override
    int get32(long @Nullable [] words, long offset) {
      return UNSAFE.getInt(words, BASE + offset);
    }

    @Override
    long get64(long @Nullable [] words, long offset) {
      return UNSAFE.getLong(words, BASE + offset);
    }

    @Override
    void put8(long @Nullable [] words, long offset, byte value) {
      UNSAFE.putByte(words, BASE + offset, value);
    }

    @Override
    void put16(long @Nullable [] words, long offset, short value) {
      UNSAFE.putShort(words, BASE + offset, value);
    }

    @Override
    void put32(long @Nullable [] words, long offset, int value) {
      UNSAFE.putInt(words, BASE + offset, value);
    }

    @Override
    void put64(long @Nullable [] words, long offset, long value) {
      UNSAFE.putLong(words, BASE + offset, value);
    }

    @Override
    int compareAndExchange32(long @Nullable [] words, long offset, int expected, int replacement) {
      return UNSAFE.compareAndExchangeInt(words, BASE + offset, expected, replacement);
    }

    @Override
    long compareAndExchange64(
        long @Nullable [] words, long offset, long expected, long replacement) {
      return UNSAFE.compareAndExchangeLong(words, BASE + offset, expected, replacement);
    }

    @Override
    void copyOut(long @Nullable [] words, long offset, byte[] destination, int start, int length) {
      UNSAFE.copyMemory(
          words, BASE + offset, destination, Unsafe.ARRAY_BYTE_BASE_OFFSET + start, length);
    }

    @Override
    void copyIn(byte[] source, int start, long @Nullable [] words, long offset, int length) {
      UNSAFE.copyMemory(
          source, Unsafe.ARRAY_BYTE_BASE_OFFSET + start, words, BASE + offset, length);
    }

    @Override
    void fillZero(long @Nullable [] words, long offset, int length) {
      UNSAFE.setMemory(words, BASE + offset, length, (byte) 0);
    }

    @Override
    void copy(
        long @Nullable [] words, long offset, long @Nullable [] to, long toOffset, int length) {
      UNSAFE.copyMemory(words, BASE + offset, to, BASE + toOffset, length);
    }
  }

  static final class ThroughSegments extends Way {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private static MemorySegment segment(long @Nullable [] words) {
      return MemorySegment.ofArray(Objects.requireNonNull(words));
    }

    @Override
    byte get8(long @Nullable [] words, long offset) {
      return segment(words).get(ValueLayout.JAVA_BYTE, offset);
    }

    @Override
    short get16(long @Nullable [] words, long offset) {
      return segment(words).get(ValueLayout.JAVA_SHORT_UNALIGNED, offset);
    }

    @Override
    int get32(long @Nullable [] words, long offset) {
      return segment(words).get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    }

    @Override
    long get64(long @Nullable [] words, long offset) {
      return segment(words).get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
    }

    @Override
    void put8(long @Nullable [] words, long offset, byte value) {
      segment(words).set(ValueLayout.JAVA_BYTE, offset, value);
    }

    @Override
    void put16(long @Nullable [] words, long offset, short value) {
      segment(words).set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, value);
    }

    @Override
    void put32(long @Nullable [] words, long offset, int value) {
      segment(words).set(ValueLayout.JAVA_INT_UNALIGNED, offset, value);
    }

    @Override
    void put64(long @Nullable [] words, long offset, long value) {
      segment(words).set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
    }

    @Override
    int compareAndExchange32(long @Nullable [] words, long offset, int expected, int replacement) {
      return (int) INT.compareAndExchange(segment(words), offset, expected, replacement);
    }

    @Override
    long compareAndExchange64(
        long @Nullable [] words, long offset, long expected, long replacement) {
      return (long) LONG.compareAndExchange(segment(words), offset, expected, replacement);
    }

    @Override
    void copyOut(long @Nullable [] words, long offset, byte[] destination, int start, int length) {
      MemorySegment.copy(segment(words), ValueLayout.JAVA_BYTE, offset, destination, start, length);
    }

    @Override
    void copyIn(byte[] source, int start, long @Nullable [] words, long offset, int length) {
      MemorySegment.copy(source, start, segment(words), ValueLayout.JAVA_BYTE, offset, length);
    }

    @Override
    void fillZero(long @Nullable [] words, long offset, int length) {
      segment(words).asSlice(offset, length).fill((byte) 0);
    }

    @Override
    void copy(
        long @Nullable [] words, long offset, long @Nullable [] to, long toOffset, int length) {
      MemorySegment.copy(segment(words), offset, segment(to), toOffset, length);
    }
  }
}
