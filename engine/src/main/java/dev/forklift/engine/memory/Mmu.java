package dev.forklift.engine.memory;

/// What a CPU's memory management unit makes of virtual addresses: the architecture's part of a
/// [MachineSpace].
///
/// Where a page leads is said in one number: the physical page, shifted by [#PHYSICAL_SHIFT], below
/// it the bits of [Protection], and [#FIXED].
public interface Mmu {
  /// Nothing says where the page leads.
  long MISS = -1;

  /// It leads there for ever, whatever the CPU does.
  int FIXED = 8;

  int PHYSICAL_SHIFT = 4;

  /// Where a virtual page leads, or [#MISS].
  ///
  /// @param user whether user mode asks
  long translate(long page, boolean user);

  /// The virtual pages that lead to a physical page for ever.
  long[] fixedPages(long physicalPage);
}
