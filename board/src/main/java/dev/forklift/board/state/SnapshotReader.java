package dev.forklift.board.state;

import static dev.forklift.board.state.SnapshotFormat.*;

import dev.forklift.board.BadInputException;
import dev.forklift.engine.memory.PhysicalMemory;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Reads what a [SnapshotWriter] has written, in the same order. Only after [#end] is it known that
/// nothing of it was broken.
public final class SnapshotReader {
  private final CheckedInput in;
  private final SnapshotHeader header;

  /// @throws BadInputException if it is no snapshot, or broken
  public SnapshotReader(InputStream stream) throws IOException {
    in = new CheckedInput(stream, BUFFER);
    header = complete(this::readHeader);
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private static <T> T complete(Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (EOFException e) {
      throw broken("it ends too early");
    }
  }

  private static BadInputException broken(String how) {
    return new BadInputException("the snapshot is broken: " + how);
  }

  private SnapshotHeader readHeader() throws IOException {
    if (!hasMagic()) {
      throw new BadInputException("this is no snapshot of a board");
    }
    int version = in.readInt();
    if (version != VERSION) {
      throw new BadInputException(
          "the snapshot has version %d, not %d: it was saved by another release of Forklift"
              .formatted(version, VERSION));
    }
    boolean counted = in.readBoolean();
    byte[] tree = block();
    int count = in.readInt();
    if (count < 0 || count > MOST_NAMES) {
      throw broken("it has " + count + " attached devices");
    }
    List<String> attached = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      attached.add(text());
    }
    return new SnapshotHeader(counted, tree, attached);
  }

  private boolean hasMagic() throws IOException {
    try {
      return in.readLong() == MAGIC;
    } catch (EOFException e) {
      return false;
    }
  }

  private byte[] block() throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MOST_BYTES) {
      throw broken("a part of it has " + length + " bytes");
    }
    return in.readBytes(length);
  }

  private String text() throws IOException {
    return new String(block(), StandardCharsets.UTF_8);
  }

  public SnapshotHeader header() {
    return header;
  }

  /// Gives a part back what it was.
  ///
  /// @throws BadInputException with its name if that does not fit
  public void part(String name, Stateful part) throws IOException {
    String found = complete(this::text);
    if (!found.equals(name)) {
      throw broken("it has no " + name);
    }
    StateInput fields = new StateInput(complete(this::block));
    try {
      part.transfer(fields);
      fields.end();
    } catch (BadInputException e) {
      throw new BadInputException("%s cannot be restored: %s".formatted(name, e.getMessage()));
    }
  }

  /// Gives memory back what it held. What is as it was stays untouched, so that code made of it
  /// stays, too.
  public void memory(PhysicalMemory memory) throws IOException {
    BitSet restored = complete(() -> readPages(memory));
    byte[] zero = new byte[memory.pageBytes()];
    for (long number : memory.touched()) {
      if (!restored.get((int) number)) {
        change(memory, number, zero, 0, memory.bytesAt(number));
      }
    }
  }

  /// Answers which pages it had.
  private BitSet readPages(PhysicalMemory memory) throws IOException {
    BitSet restored = new BitSet();
    if (in.readInt() != memory.pageBytes()) {
      throw broken("its pages have another size");
    }
    for (int number = in.readInt(); number != END; number = in.readInt()) {
      long page = Integer.toUnsignedLong(number);
      int length = memory.bytesAt(page);
      if (length == 0) {
        throw broken("the machine has no memory at 0x%x".formatted(page * memory.pageBytes()));
      }
      int start = in.take(length);
      restored.set(number);
      change(memory, page, in.array(), start, length);
    }
    return restored;
  }

  /// Gives a page `length` bytes that stand in `from` at `start`.
  private static void change(PhysicalMemory memory, long page, byte[] from, int start, int length) {
    long address = page * memory.pageBytes();
    if (memory.isTouched(page)) {
      byte[] before = new byte[length];
      memory.read(address, before, 0, length);
      if (Arrays.equals(before, 0, length, from, start, start + length)) {
        return;
      }
    }
    memory.write(address, from, start, length);
  }

  /// That was all; it must have been.
  ///
  /// @throws BadInputException if anything of it was broken
  public void end() throws IOException {
    long expected = in.checksum();
    long found = complete(in::readLong);
    if (found != expected || !in.atEnd()) {
      throw broken("its checksum is wrong");
    }
  }
}
