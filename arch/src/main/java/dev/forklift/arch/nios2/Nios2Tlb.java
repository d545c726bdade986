package dev.forklift.arch.nios2;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.Mmu;
import dev.forklift.engine.memory.Protection;
import java.util.Arrays;

/// The translation lookaside buffer of Nios II/f: a table that software fills, and the regions that
/// lead where they always lead.
///
/// Below 2 GiB pages are translated for everybody, in the next GiB for the supervisor; above there
/// is nothing but the low 512 MiB of physical memory, once through the cache and once past it.
final class Nios2Tlb implements Stateful {
  private static final int PAGE_SHIFT = MemoryUnit.PAGE_SHIFT;

  /// The first address that user mode must not use.
  static final long USER_LIMIT = 0x8000_0000L;

  /// The first address that is not translated.
  static final long DIRECT_START = 0xc000_0000L;

  private static final long USER_PAGES = USER_LIMIT >>> PAGE_SHIFT;
  private static final long DIRECT = DIRECT_START >>> PAGE_SHIFT;
  private static final long DIRECT_PAST_CACHE = 0xe000_0000L >>> PAGE_SHIFT;
  private static final long DIRECT_MASK = DIRECT_PAST_CACHE - DIRECT - 1;

  private static final int ALL =
      Protection.READ | Protection.WRITE | Protection.EXECUTE | Mmu.FIXED;

  private final int ways;
  private final int setMask;
  private final int pidMask;

  // By set and way.
  private final int[] vpns;
  private final int[] pids;
  private final int[] data;

  private int pid;

  /// @param entries a power of two, as is `ways`
  Nios2Tlb(int entries, int ways, int pidBits) {
    this.ways = ways;
    setMask = entries / ways - 1;
    pidMask = (1 << pidBits) - 1;
    vpns = new int[entries];
    pids = new int[entries];
    data = new int[entries];
    // What no lookup finds, as it is not translated.
    Arrays.fill(vpns, (int) DIRECT);
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    fields.cells(vpns);
    fields.cells(pids);
    fields.cells(data);
    pid = fields.cell(pid, 0, pidMask);
  }

  /// As [Mmu#translate].
  long translate(long page, boolean user) {
    if (page >= DIRECT) {
      return user ? 0 : ((page & DIRECT_MASK) << Mmu.PHYSICAL_SHIFT) | ALL;
    }
    if (user && page >= USER_PAGES) {
      return 0;
    }
    int first = ((int) page & setMask) * ways;
    for (int i = first; i < first + ways; i++) {
      int entry = data[i];
      if (vpns[i] == (int) page && ((entry & ControlRegister.G) != 0 || pids[i] == pid)) {
        return ((long) (entry & ControlRegister.PFN_MASK) << Mmu.PHYSICAL_SHIFT)
            | protection(entry);
      }
    }
    return Mmu.MISS;
  }

  private static int protection(int entry) {
    return ((entry & ControlRegister.R) != 0 ? Protection.READ : 0)
        | ((entry & ControlRegister.W) != 0 ? Protection.WRITE : 0)
        | ((entry & ControlRegister.X) != 0 ? Protection.EXECUTE : 0);
  }

  /// As [Mmu#fixedPages].
  long[] fixedPages(long physicalPage) {
    return physicalPage > DIRECT_MASK
        ? new long[0]
        : new long[] {DIRECT + physicalPage, DIRECT_PAST_CACHE + physicalPage};
  }

  /// The physical address behind an address of the regions that are not translated.
  static long direct(long address) {
    return address & ((DIRECT_MASK << PAGE_SHIFT) | ((1 << PAGE_SHIFT) - 1));
  }

  /// From now on entries of this process count.
  void setPid(int newPid, MachineSpace space) {
    if (pid != (newPid & pidMask)) {
      pid = newPid & pidMask;
      space.forgetAll();
    }
  }

  /// Writes an entry.
  ///
  /// @param tlbacc the entry, as in the register tlbacc
  void write(int way, int vpn, int entryPid, int tlbacc, MachineSpace space) {
    int index = index(way, vpn);
    forget(index, space);
    vpns[index] = vpn;
    pids[index] = entryPid & pidMask;
    data[index] = tlbacc;
    forget(index, space);
  }

  private void forget(int index, MachineSpace space) {
    long page = Integer.toUnsignedLong(vpns[index]);
    if (page < DIRECT) {
      space.forget(page << PAGE_SHIFT);
    }
  }

  /// An entry, by where it is.
  Entry read(int way, int vpn) {
    int index = index(way, vpn);
    return new Entry(vpns[index], pids[index], data[index]);
  }

  /// What an entry holds.
  ///
  /// @param tlbacc as in the register tlbacc
  record Entry(int vpn, int pid, int tlbacc) {}

  int nextWay(int way) {
    return (way + 1) % ways;
  }

  private int index(int way, int vpn) {
    return (vpn & setMask) * ways + way % ways;
  }
}
