package dev.forklift.engine.cpu;

import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;

/// Turns hot guest code into [Compiled] code.
public interface Translator {
  /// How often a block runs until it is hot.
  int hotAfter();

  /// The block at `pc` has become hot. Installs in `page` what it makes of it, now or later, on
  /// this thread or on another, or does nothing.
  ///
  /// @param runs how often it has run
  void hot(Isa isa, AddressSpace space, CodePage page, long pc, int runs);
}
