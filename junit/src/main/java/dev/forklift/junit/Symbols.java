package dev.forklift.junit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The symbols of an ELF file of 32 bits, by name; none of any other file.
final class Symbols {
  private static final int HEADER = 52;
  private static final int SECTION_HEADER = 40;
  private static final int SYMBOL = 16;
  private static final int SYMBOL_TABLE = 2;
  private static final int MAGIC = 0x7f45_4c46;

  private final Map<String, Long> addresses = new HashMap<>();

  Symbols(byte[] file, ByteOrder order) {
    if (file.length >= HEADER && ByteBuffer.wrap(file).getInt() == MAGIC) {
      try {
        read(ByteBuffer.wrap(file).order(order));
      } catch (IndexOutOfBoundsException e) {
        // It is broken there, which does not keep it from running.
        addresses.clear();
      }
    }
  }

  /// The address of a symbol.
  ///
  /// @throws IllegalArgumentException if there is none
  long address(String name) {
    Long address = addresses.get(name);
    if (address == null) {
      throw new IllegalArgumentException("the firmware has no symbol " + name);
    }
    return address;
  }

  private void read(ByteBuffer elf) {
    int sections = elf.getInt(32);
    int count = elf.getShort(48) & 0xffff;
    for (int i = 0; i < count; i++) {
      int header = sections + i * SECTION_HEADER;
      if (elf.getInt(header + 4) == SYMBOL_TABLE) {
        int names = elf.getInt(sections + elf.getInt(header + 24) * SECTION_HEADER + 16);
        readTable(elf, elf.getInt(header + 16), elf.getInt(header + 20), names);
      }
    }
  }

  private void readTable(ByteBuffer elf, int start, int length, int names) {
    for (int at = start; at < start + length; at += SYMBOL) {
      String name = name(elf, names + elf.getInt(at));
      if (!name.isEmpty()) {
        addresses.putIfAbsent(name, Integer.toUnsignedLong(elf.getInt(at + 4)));
      }
    }
  }

  private static String name(ByteBuffer elf, int start) {
    int end = start;
    while (elf.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - start];
    elf.get(start, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
