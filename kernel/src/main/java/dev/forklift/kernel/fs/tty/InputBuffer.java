package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.IoBuffer;
import java.util.BitSet;

/// What has been typed and not been read.
///
/// The end of a line is marked, as is the place where somebody typed the end-of-file character: a
/// marked zero, which readers stop at and do not get. The line that is still being edited begins
/// behind the last mark.
final class InputBuffer {
  static final int SIZE = 4096;

  private final byte[] bytes = new byte[SIZE];
  private final BitSet marks = new BitSet(SIZE);

  // Positions only grow; modulo SIZE they are places in the ring.
  private long tail;
  private long lineStart;
  private long head;

  int size() {
    return (int) (head - tail);
  }

  /// Bytes of the line that is being edited.
  int lineSize() {
    return (int) (head - lineStart);
  }

  /// How many bytes fit; one place is always kept for the end of a line.
  int room() {
    return SIZE - 1 - size();
  }

  boolean hasLine() {
    return lineStart != tail;
  }

  void put(int c) {
    if (head - tail >= SIZE) {
      return;
    }
    int at = index(head);
    bytes[at] = (byte) c;
    marks.clear(at);
    head++;
  }

  /// Ends the line with `c`.
  void endLine(int c) {
    if (head - tail >= SIZE) {
      head--;
    }
    marks.set(index(head));
    bytes[index(head)] = (byte) c;
    head++;
    lineStart = head;
  }

  /// The byte so many places before the end of the line that is being edited.
  int fromEnd(int places) {
    return bytes[index(head - places)] & 0xff;
  }

  /// The byte so many places behind the start of the line that is being edited.
  int fromLineStart(int places) {
    return bytes[index(lineStart + places)] & 0xff;
  }

  void erase(int count) {
    head -= count;
  }

  void eraseLine() {
    head = lineStart;
  }

  void clear() {
    tail = head;
    lineStart = head;
    marks.clear();
  }

  /// Line editing begins or ends: what is there counts as a line, or as no lines at all.
  void modeChanged(boolean canonical) {
    marks.clear();
    if (!canonical || head == tail) {
      lineStart = tail;
    } else {
      marks.set(index(head - 1));
      lineStart = head;
    }
  }

  /// How many bytes of whole lines there are, end-of-file marks not counted.
  int lineBytes() {
    int count = 0;
    for (long at = tail; at < lineStart; at++) {
      if (!isEndOfFile(at)) {
        count++;
      }
    }
    return count;
  }

  private boolean isEndOfFile(long at) {
    return marks.get(index(at)) && bytes[index(at)] == 0;
  }

  /// Gives a reader bytes of the first line.
  ///
  /// @return how many; 0 at an end-of-file mark
  int readLine(IoBuffer buffer) throws Errno {
    long wanted = Math.min(buffer.remaining(), lineStart - tail);
    long end = tail;
    boolean marked = false;
    while (end - tail < wanted && !marked) {
      marked = marks.get(index(end));
      end++;
    }
    boolean endOfFile = marked && bytes[index(end - 1)] == 0;
    int length = (int) (end - tail) - (endOfFile ? 1 : 0);
    int given = give(buffer, length);
    if (given < length) {
      return given;
    }
    // An end-of-file mark right behind what was asked for is consumed too.
    if (endOfFile || (!marked && tail < lineStart && isEndOfFile(tail))) {
      tail++;
    }
    return given;
  }

  /// Gives a reader bytes, lines or not.
  int read(IoBuffer buffer) throws Errno {
    return give(buffer, (int) Math.min(buffer.remaining(), size()));
  }

  private int give(IoBuffer buffer, int length) throws Errno {
    int done = 0;
    while (done < length) {
      int at = index(tail);
      int part = Math.min(length - done, SIZE - at);
      int given;
      try {
        given = buffer.put(bytes, at, part);
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
        break;
      }
      tail += given;
      done += given;
      if (given < part) {
        break;
      }
    }
    lineStart = Math.max(lineStart, tail);
    return done;
  }

  private static int index(long position) {
    return (int) (position & (SIZE - 1));
  }
}
