package dev.forklift.board.state;

import static dev.forklift.board.state.SnapshotFormat.*;

import dev.forklift.board.BadInputException;
import dev.forklift.engine.memory.PhysicalMemory;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/// Writes the state of a machine: the header, all parts, memory, [#end]; in this order.
public final class SnapshotWriter {
  private final CRC32C checksum = new CRC32C();
  private final DataOutputStream out;

  public SnapshotWriter(OutputStream stream, SnapshotHeader header) throws IOException {
    out =
        new DataOutputStream(
            new CheckedOutputStream(new BufferedOutputStream(stream, BUFFER), checksum));
    out.writeLong(MAGIC);
    out.writeInt(VERSION);
    out.writeBoolean(header.counted());
    block(header.tree());
    out.writeInt(header.attached().size());
    for (String each : header.attached()) {
      text(each);
    }
  }

  private void block(byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private void text(String text) throws IOException {
    block(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Takes a part down.
  ///
  /// @throws BadInputException with its name if it cannot be saved now
  public void part(String name, Stateful part) throws IOException {
    StateOutput fields = new StateOutput();
    try {
      part.transfer(fields);
    } catch (BadInputException e) {
      throw new BadInputException("%s cannot be saved: %s".formatted(name, e.getMessage()));
    }
    text(name);
    block(fields.taken());
  }

  /// Takes all memory down that is not zero.
  public void memory(PhysicalMemory memory) throws IOException {
    byte[] page = new byte[memory.pageBytes()];
    byte[] zero = new byte[page.length];
    out.writeInt(page.length);
    for (long number : memory.touched()) {
      int length = memory.bytesAt(number);
      memory.read(number * page.length, page, 0, length);
      if (!Arrays.equals(page, 0, length, zero, 0, length)) {
        out.writeInt((int) number);
        out.write(page, 0, length);
      }
    }
    out.writeInt(END);
  }

  /// That was all.
  public void end() throws IOException {
    out.writeLong(checksum.getValue());
    out.flush();
  }
}
