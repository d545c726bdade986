package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// A device as a table of registers, each of which says what reading and writing it does.
///
/// Part of a register can be loaded and stored; a store gives the device what it would have found
/// there otherwise as zero.
public final class RegisterTable implements Device {
  private record Row(String name, IntSupplier read, IntConsumer write) {}

  private final int stride;
  private final List<Row> rows = new ArrayList<>();
  private @Nullable Stateful state;

  /// @param stride bytes from one register to the next
  public RegisterTable(int stride) {
    this.stride = stride;
  }

  /// The next register.
  public RegisterTable writable(String name, IntSupplier read, IntConsumer write) {
    rows.add(new Row(name, read, write));
    return this;
  }

  /// The next register, which can only be read.
  public RegisterTable readable(String name, IntSupplier read) {
    return writable(name, read, _ -> {});
  }

  /// So many places without a register.
  public RegisterTable unused(int count) {
    for (int i = 0; i < count; i++) {
      readable("-", () -> 0);
    }
    return this;
  }

  /// The next register, which can only be written; zero is read.
  public RegisterTable command(String name, IntConsumer write) {
    return writable(name, () -> 0, write);
  }

  @Override
  public int load(int offset, int bytes) {
    Row row = row(offset);
    if (row == null) {
      return 0;
    }
    int value = row.read.getAsInt() >>> shift(offset);
    return bytes == Integer.BYTES ? value : value & ((1 << (bytes * Byte.SIZE)) - 1);
  }

  @Override
  public void store(int offset, int bytes, int value) {
    Row row = row(offset);
    if (row != null) {
      row.write.accept(value << shift(offset));
    }
  }

  /// What is behind its registers.
  public RegisterTable state(Stateful behind) {
    state = behind;
    return this;
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    if (state == null) {
      Device.super.transfer(fields);
    } else {
      state.transfer(fields);
    }
  }

  private @Nullable Row row(int offset) {
    // A tree may give it more addresses than an offset can count.
    int index = offset / stride;
    return offset >= 0 && index < rows.size() ? rows.get(index) : null;
  }

  private int shift(int offset) {
    return offset % stride % Integer.BYTES * Byte.SIZE;
  }

  /// Its registers' names, in order.
  @Override
  public String toString() {
    return String.join(" ", rows.stream().map(Row::name).toList());
  }
}
