package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.Compiled;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.AddressSpace;
import org.jspecify.annotations.Nullable;

/// One of the entries of a region.
///
/// @param start first address of the whole region
/// @param end first address behind the region
/// @param entry the address
/// @param number the entry's number
/// @param bytes what the entry takes on the host, with its part of the region
record RegionEntry(RegionCode code, long start, long end, long entry, int number, long bytes)
    implements Compiled {
  @Override
  public @Nullable Exit run(Cpu cpu, AddressSpace space) {
    return code.run(cpu, cpu.file(), space, number);
  }

  @Override
  public void drop() {
    code.drop();
  }
}
