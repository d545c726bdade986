package dev.forklift.arch.nios2;

import dev.forklift.board.state.StateFields;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.Protection;
import org.jspecify.annotations.Nullable;

/// The memory of a CPU that has nothing in between: 2 GiB, once through the cache and, where bit 31
/// of an address is set, once past it.
record StraightMemory() implements MemoryUnit {
  /// The address bits that there are.
  static final long ADDRESSES = 0x7fff_ffffL;

  private static final long PAGES = ADDRESSES >>> PAGE_SHIFT;
  private static final int ALL = Protection.READ | Protection.WRITE | Protection.EXECUTE | FIXED;

  @Override
  public void transfer(StateFields fields) {}

  @Override
  public long translate(long page, boolean user) {
    return ((page & PAGES) << PHYSICAL_SHIFT) | ALL;
  }

  @Override
  public long[] fixedPages(long physicalPage) {
    return physicalPage > PAGES ? new long[0] : new long[] {physicalPage, physicalPage + PAGES + 1};
  }

  @Override
  public long physical(long address) {
    return address & ADDRESSES;
  }

  @Override
  public long unmapped(long physical) {
    return physical;
  }

  @Override
  public boolean runsUnmapped(long address) {
    return true;
  }

  @Override
  public long userLimit() {
    return 1L << Integer.SIZE;
  }

  @Override
  public int statusBits() {
    return 0;
  }

  @Override
  public void write(int control, int value, ControlRegisters registers, MachineSpace space) {}

  @Override
  public @Nullable Refusal refuse(GuestFault fault, ControlRegisters registers) {
    return null;
  }
}
