package dev.forklift.board.state;

import static dev.forklift.board.state.SnapshotFormat.*;

import dev.forklift.board.BadInputException;
import dev.forklift.engine.memory.PhysicalMemory;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/// Reads what a [SnapshotWriter] has written, in the same order. Only after [#end] is it known that
/// nothing of it was broken.
public final class SnapshotReader {
  private final CRC32C checksum = new CRC32C();
  private final DataInputStream in;
  private final SnapshotHeader header;

  /// @throws BadInputException if it is no snapshot, or broken
  public SnapshotReader(InputStream stream) throws IOException {
    in =
        new DataInputStream(
            new CheckedInputStream(new BufferedInputStream(stream, BUFFER), checksum));
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
    byte[] start = in.readNBytes(Long.BYTES);
    if (start.length < Long.BYTES || number(start) != MAGIC) {
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

  private static long number(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }

  private byte[] block() throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MOST_BYTES) {
      throw broken("a part of it has " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
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
        change(memory, number, zero);
      }
    }
  }

  /// Answers which pages it had.
  private BitSet readPages(PhysicalMemory memory) throws IOException {
    BitSet restored = new BitSet();
    byte[] page = new byte[memory.pageBytes()];
    if (in.readInt() != page.length) {
      throw broken("its pages have another size");
    }
    for (int number = in.readInt(); number != END; number = in.readInt()) {
      long address = Integer.toUnsignedLong(number) * page.length;
      int length = memory.bytesAt(Integer.toUnsignedLong(number));
      if (length == 0) {
        throw broken("the machine has no memory at 0x%x".formatted(address));
      }
      in.readFully(page, 0, length);
      restored.set(number);
      change(memory, Integer.toUnsignedLong(number), page);
    }
    return restored;
  }

  private static void change(PhysicalMemory memory, long number, byte[] page) {
    int length = memory.bytesAt(number);
    long address = number * page.length;
    if (memory.isTouched(number)) {
      byte[] before = new byte[length];
      memory.read(address, before, 0, length);
      if (Arrays.equals(before, 0, length, page, 0, length)) {
        return;
      }
    }
    memory.write(address, page, 0, length);
  }

  /// That was all; it must have been.
  ///
  /// @throws BadInputException if anything of it was broken
  public void end() throws IOException {
    long expected = checksum.getValue();
    long found = complete(in::readLong);
    if (found != expected || in.read() >= 0) {
      throw broken("its checksum is wrong");
    }
  }
}
