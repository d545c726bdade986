package dev.forklift.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The symbols of a guest program, for tests that have to know where something is.
final class ElfSymbolTable {
  private static final int SHT_SYMTAB = 2;

  private final Map<String, Long> addresses = new HashMap<>();

  ElfSymbolTable(Path program) throws IOException {
    ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(program)).order(ByteOrder.LITTLE_ENDIAN);
    int headers = elf.getInt(32);
    int count = elf.getShort(48);
    for (int i = 0; i < count; i++) {
      int header = headers + 40 * i;
      if (elf.getInt(header + 4) == SHT_SYMTAB) {
        int names = elf.getInt(headers + 40 * elf.getInt(header + 24) + 16);
        int from = elf.getInt(header + 16);
        for (int at = from; at < from + elf.getInt(header + 20); at += 16) {
          addresses.put(name(elf, names + elf.getInt(at)), elf.getInt(at + 4) & 0xffff_ffffL);
        }
      }
    }
  }

  private static String name(ByteBuffer elf, int at) {
    int end = at;
    while (elf.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - at];
    elf.get(at, bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  long address(String name) {
    Long address = addresses.get(name);
    if (address == null) {
      throw new AssertionError("no symbol " + name);
    }
    return address;
  }
}
