package dev.forklift.engine.memory;

/// What a CPU's memory management unit makes of virtual addresses: the architecture's part of a
/// [MachineSpace].
///
/// Where a page leads is said in one number: the physical page, shifted by [#PHYSICAL_SHIFT], below
/// it the bits of [Protection], [#FIXED] and [#MIXED].
public interface Mmu {
  /// Nothing says where the page leads.
  long MISS = -1;

  /// It leads there for ever, whatever the CPU does.
  int FIXED = 8;

  /// Not all of the page may be used in the way that some of it may be: each access is [asked
  /// for][#allows].
  int MIXED = 16;

  int PHYSICAL_SHIFT = 5;

  /// Where a virtual page leads, or [#MISS].
  ///
  /// @param user whether user mode asks
  long translate(long page, boolean user);

  /// Whether an access to a page that is [#MIXED] may be made.
  ///
  /// @param user whether user mode asks
  default boolean allows(long address, Access access, boolean user) {
    return true;
  }

  /// The virtual pages that lead to a physical page for ever.
  long[] fixedPages(long physicalPage);
}
