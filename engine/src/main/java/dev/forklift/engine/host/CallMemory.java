package dev.forklift.engine.host;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;

/// Memory outside the heap that one call to the host needs. Taken from a few that are kept.
///
/// What is allocated is named by its offset.
public final class CallMemory implements AutoCloseable {
  /// The most that [#allocate] gives at once.
  public static final int CHUNK = 1 << 16;

  /// Names, a status and the like beside it.
  private static final int SIZE = CHUNK + (1 << 15);

  private static final int ALIGNMENT = 8;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE).order(ByteOrder.nativeOrder());
  private final long start = MemorySegment.ofBuffer(buffer).address();
  private final BlockingQueue<CallMemory> kept;
  private int used;

  /// @param kept where it goes when it is closed, if there is room
  CallMemory(BlockingQueue<CallMemory> kept) {
    this.kept = kept;
  }

  @Override
  public void close() {
    used = 0;
    var _ = kept.offer(this);
  }

  /// Memory for so many bytes, which hold anything.
  public int allocate(int bytes) {
    int at = used;
    if (bytes > SIZE - at) {
      throw new IllegalStateException("too much for one call: " + bytes);
    }
    used = (at + bytes + ALIGNMENT - 1) & -ALIGNMENT;
    return at;
  }

  /// Where that is, for the host.
  public long address(int at) {
    return start + at;
  }

  /// The address of a name or path, ended by a zero.
  public long text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int at = allocate(bytes.length + 1);
    buffer.put(at, bytes).put(at + bytes.length, (byte) 0);
    return address(at);
  }

  public byte getByte(int at) {
    return buffer.get(at);
  }

  public int getUnsigned16(int at) {
    return buffer.getShort(at) & 0xffff;
  }

  public int getInt(int at) {
    return buffer.getInt(at);
  }

  public long getLong(int at) {
    return buffer.getLong(at);
  }

  public void putLong(int at, long value) {
    buffer.putLong(at, value);
  }

  public void copyOut(int at, byte[] bytes, int start, int length) {
    buffer.get(at, bytes, start, length);
  }

  public void copyIn(byte[] bytes, int start, int at, int length) {
    buffer.put(at, bytes, start, length);
  }

  /// The text of so many bytes.
  public String string(int at, int length) {
    byte[] bytes = new byte[length];
    copyOut(at, bytes, 0, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /// The text up to a zero.
  public String string(int at) {
    int end = at;
    while (buffer.get(end) != 0) {
      end++;
    }
    return string(at, end - at);
  }
}
