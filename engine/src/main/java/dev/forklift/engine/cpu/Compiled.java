package dev.forklift.engine.cpu;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;
import org.jspecify.annotations.Nullable;

/// Guest code that runs as Java code, entered at [#entry].
public interface Compiled extends CodePage.Translation {
  /// Runs from the entry on. The registers stand in the CPU's file before and afterwards.
  ///
  /// @return why it came back, or null if [Cpu#pc] only is not its own code any more
  @Nullable Exit run(Cpu cpu, AddressSpace space);
}
