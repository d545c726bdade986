package dev.forklift.kernel.fs.pipe;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.IoBuffer;
import java.util.Arrays;

/// One of a pipe's buffers: up to a page of bytes that were written in one go or merged.
final class PipeBuffer {
  /// The most that one holds.
  static final int PAGE = 4096;

  private static final int FIRST_ROOM = 256;

  private final boolean packet;
  private final boolean mergeable;
  private byte[] bytes;
  private int start;
  private int end;

  private PipeBuffer(byte[] bytes, int end, boolean packet, boolean mergeable) {
    this.bytes = bytes;
    this.end = end;
    this.packet = packet;
    this.mergeable = mergeable;
  }

  /// An empty one that a writer is about to fill.
  ///
  /// @param packet whether a read takes it alone and whole; else later writes may be added to it
  static PipeBuffer forWriting(long expected, boolean packet) {
    int room = Math.clamp(expected, FIRST_ROOM, PAGE);
    return new PipeBuffer(new byte[room], 0, packet, !packet);
  }

  /// One with bytes that came from elsewhere than a writer.
  static PipeBuffer of(byte[] bytes) {
    return new PipeBuffer(bytes, bytes.length, false, false);
  }

  /// A copy of the first bytes, to which nothing is added.
  PipeBuffer copy(int length) {
    return new PipeBuffer(Arrays.copyOfRange(bytes, start, start + length), length, packet, false);
  }

  int length() {
    return end - start;
  }

  boolean isPacket() {
    return packet;
  }

  /// Whether `length` more bytes may be added.
  boolean merges(int length) {
    return mergeable && end + length <= PAGE;
  }

  /// Takes up to `length` bytes of a writer's.
  ///
  /// @return how many; fewer than asked for where the writer's memory ends
  int add(IoBuffer source, int length) throws Errno {
    if (end + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(PAGE, Math.max(end + length, 2 * bytes.length)));
    }
    int got = 0;
    while (got < length) {
      int part = source.get(bytes, end + got, length - got);
      if (part == 0) {
        break;
      }
      got += part;
    }
    return got;
  }

  /// Keeps what [#add] took.
  void keep(int length) {
    end += length;
  }

  /// Gives bytes to a reader, who takes all of them or none.
  ///
  /// @throws Errno EFAULT if they do not fit into the reader's memory
  void give(IoBuffer destination, int length) throws Errno {
    for (int done = 0; done < length; ) {
      int part = destination.put(bytes, start + done, length - done);
      if (part == 0) {
        throw Errno.EFAULT;
      }
      done += part;
    }
    start += length;
  }

  /// Throws away what is left.
  void clear() {
    start = end;
  }

  /// Takes the first bytes out.
  byte[] take(int length) {
    byte[] taken = Arrays.copyOfRange(bytes, start, start + length);
    start += length;
    return taken;
  }
}
