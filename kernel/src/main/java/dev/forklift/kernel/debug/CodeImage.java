package dev.forklift.kernel.debug;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.engine.memory.PagedAddressSpace;
import dev.forklift.engine.memory.Protection;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.arch.LinuxAbi.MemoryLayout;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The code of a program or library, at the addresses that it was linked to, to be looked at.
public final class CodeImage {
  private final ElfTables tables;
  private final PagedAddressSpace space;

  private CodeImage(ElfTables tables, PagedAddressSpace space) {
    this.tables = tables;
    this.space = space;
  }

  /// The code in an ELF file, or null if the file is none for this CPU.
  public static @Nullable CodeImage of(LinuxAbi abi, byte[] elf) {
    MemoryLayout layout = abi.memoryLayout();
    DataModel model = abi.dataModel();
    // Twice: as a file, and as memory, to whole pages.
    FrameBudget budget = new FrameBudget(Long.MAX_VALUE / Long.BYTES);
    MemoryFile file = new MemoryFile(budget, layout.pageShift(), null, elf.length);
    try {
      file.write(0, elf, 0, elf.length);
    } catch (IOException e) {
      throw new IllegalStateException("a file in memory", e);
    }
    ElfTables tables = new ElfTables(file, model);
    if (tables.machine() != abi.elfMachine()) {
      return null;
    }
    CodeImage image =
        new CodeImage(
            tables,
            PagedAddressSpace.create(
                budget,
                model.order(),
                layout.pageShift(),
                layout.taskSize(),
                abi.isa().instructionAlignmentShift()));
    for (ElfTables.Segment segment : tables.segments()) {
      if (segment.executable()) {
        image.load(segment);
      }
    }
    return image;
  }

  private void load(ElfTables.Segment segment) {
    try {
      byte[] bytes = tables.contents(segment);
      long page = 1L << space.pageShift();
      long start = segment.address() & -page;
      long end = (segment.address() + bytes.length + page - 1) & -page;
      if (start < 0 || end > space.limit() || end < start) {
        return;
      }
      for (long at = start; at < end; at += page) {
        if (space.regionAt(at) == null) {
          space.map(at, page, Protection.READ | Protection.EXECUTE, null, 0, false, null);
        }
      }
      space.poke(segment.address(), bytes, 0, bytes.length);
    } catch (Malformed e) {
      // There is no such code, then.
    }
  }

  /// The code in memory.
  public AddressSpace space() {
    return space;
  }

  /// Where the program begins.
  public long entry() {
    return tables.entry();
  }

  /// Whether there is code at an address.
  public boolean hasCode(long address) {
    return address >= 0 && address < space.limit() && space.regionAt(address) != null;
  }

  /// The address of a symbol, or null.
  public @Nullable Long address(String symbol) {
    ElfTables.Symbol found = tables.symbol(symbol);
    return found == null ? null : found.address();
  }

  /// `symbol` or `symbol+0x12`, or null where no symbol is known.
  public @Nullable String nameOf(long address) {
    ElfTables.Symbol symbol = tables.symbolAt(address);
    if (symbol == null) {
      return null;
    }
    String name = AddressNames.printable(symbol.name());
    long into = address - symbol.address();
    return into == 0 ? name : name + "+0x" + Long.toHexString(into);
  }
}
