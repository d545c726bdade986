package dev.forklift.kernel.calls;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The names of Linux's system calls by their numbers, whether this kernel has them or not.
public final class SyscallNames {
  private static final String LIST = "asm-generic.txt";
  private static final String NONE = "-";

  private SyscallNames() {}

  /// Those of the table that most architectures have in common.
  public static NavigableMap<Integer, String> asmGeneric(boolean is64Bit) {
    NavigableMap<Integer, String> names = new TreeMap<>();
    read()
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.split("\\s+"))
        .forEach(fields -> {
          String name = fields[is64Bit ? fields.length - 1 : 1];
          if (!name.equals(NONE) && names.put(Integer.parseInt(fields[0]), name) != null) {
            throw new IllegalStateException(LIST + " has " + fields[0] + " twice");
          }
        });
    return Collections.unmodifiableNavigableMap(names);
  }

  private static String read() {
    try (InputStream in = SyscallNames.class.getResourceAsStream(LIST)) {
      if (in == null) {
        throw new IllegalStateException("no " + LIST);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
