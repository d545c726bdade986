package dev.forklift.kernel.mm;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.engine.memory.PagedAddressSpace;
import dev.forklift.engine.memory.Protection;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.arch.LinuxAbi.KuserPage;
import dev.forklift.kernel.arch.LinuxAbi.MemoryLayout;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// Where the address spaces of one kernel come from: of which kind they are, what their memory is
/// counted against, and the pages that the kernel puts into each.
public final class AddressSpaces {
  private static final Vma KUSER = new Vma(Vma.MAY_ALL | Vma.SPECIAL, null, "[vdso]");

  private final LinuxAbi abi;
  private final FrameBudget budget;
  private final Map<Long, MemoryFile> kuserPages = new LinkedHashMap<>();

  public AddressSpaces(LinuxAbi abi, FrameBudget budget) {
    this.abi = abi;
    this.budget = budget;
    int shift = abi.memoryLayout().pageShift();
    for (KuserPage page : abi.kuserPages()) {
      // One file for all processes, so that its code is translated once.
      MemoryFile file = new MemoryFile(budget, shift, null, 1L << shift);
      try {
        file.write(0, page.contents(), 0, page.contents().length);
      } catch (IOException e) {
        throw new IllegalStateException("a file without a source cannot fail", e);
      }
      kuserPages.put(page.address(), file);
    }
  }

  public LinuxAbi abi() {
    return abi;
  }

  public FrameBudget budget() {
    return budget;
  }

  public MemoryLayout layout() {
    return abi.memoryLayout();
  }

  /// An empty space.
  AddressSpace create() throws Errno {
    MemoryLayout layout = layout();
    try {
      return PagedAddressSpace.create(
          budget,
          abi.dataModel().order(),
          layout.pageShift(),
          layout.taskSize(),
          abi.isa().instructionAlignmentShift());
    } catch (GuestFault refused) {
      throw Errno.ENOMEM;
    }
  }

  /// Puts the kernel's own pages into a space.
  ///
  /// @throws Errno ENOMEM if something else is there
  void mapKuserPages(VmaMap map) throws Errno {
    long pageBytes = 1L << layout().pageShift();
    int protection = Protection.READ | Protection.EXECUTE;
    for (Map.Entry<Long, MemoryFile> page : kuserPages.entrySet()) {
      long address = page.getKey();
      if (!map.isFree(address, address + pageBytes)) {
        throw Errno.ENOMEM;
      }
      map.map(address, pageBytes, protection, page.getValue(), 0, false, KUSER);
    }
  }

  /// A file of memory that has no name, for shared anonymous memory.
  MemoryFile sharedMemory(long size) {
    return new MemoryFile(budget, layout().pageShift(), null, size);
  }
}
