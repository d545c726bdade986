package dev.forklift.engine.isa;

import java.util.List;

/// The registers of an architecture that instructions can name.
///
/// @param names in order of their numbers, as the assembler writes them
/// @param bits the width, 32 or 64
/// @param zero the register that always reads zero, or -1
public record Registers(List<String> names, int bits, int zero) {
  public Registers {
    names = List.copyOf(names);
    if (bits != 32 && bits != 64) {
      throw new IllegalArgumentException("registers of " + bits + " bits");
    }
  }

  public int count() {
    return names.size();
  }

  public boolean is32Bit() {
    return bits == 32;
  }
}
