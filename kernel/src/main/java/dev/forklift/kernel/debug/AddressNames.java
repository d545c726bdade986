package dev.forklift.kernel.debug;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.debug.ElfTables.Symbol;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands at the addresses of a process: mapping, file, symbol.
final class AddressNames {
  /// What is known of an address.
  ///
  /// @param name the mapping's name, or null
  /// @param file the tables of the ELF file mapped there, or null
  /// @param bias how far from its own addresses the file has been loaded
  /// @param symbol the symbol it lies in, or null
  record Place(
      long address,
      Region region,
      @Nullable String name,
      @Nullable ElfTables file,
      long bias,
      @Nullable Symbol symbol) {
    boolean isExecutable() {
      return (region.protection() & Protection.EXECUTE) != 0;
    }

    /// `symbol+0x12 in /bin/prog`, with what there is of it.
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      String in = name == null ? "an anonymous mapping" : name;
      Symbol known = symbol;
      if (known != null) {
        text.append(printable(known.name())).append("+0x");
        text.append(Long.toHexString(address - bias - known.address())).append(" in ").append(in);
      } else {
        text.append(in).append("+0x").append(Long.toHexString(offset()));
      }
      return text.toString();
    }

    /// Into the file, or into the mapping if there is none.
    private long offset() {
      return address - region.start() + (Mm.vma(region).file() == null ? 0 : region.offset());
    }
  }

  private static final int LONGEST_NAME = 200;

  private final Task task;
  private final Mm mm;
  private final Map<MemoryFile, ElfTables> files = new HashMap<>();

  AddressNames(Task task, Mm mm) {
    this.task = task;
    this.mm = mm;
  }

  /// What is mapped at an address, or null.
  @Nullable Place at(long address) {
    Region region = address < 0 ? null : mm.space().regionAt(address);
    if (region == null) {
      return null;
    }
    ElfTables tables = tables(region);
    long bias = 0;
    Symbol symbol = null;
    if (tables != null) {
      boolean executable = (region.protection() & Protection.EXECUTE) != 0;
      long own = tables.addressOf(address - region.start() + region.offset(), executable);
      if (own >= 0) {
        bias = address - own;
        symbol = tables.symbolAt(own);
      } else {
        tables = null;
      }
    }
    return new Place(address, region, name(region), tables, bias, symbol);
  }

  private @Nullable ElfTables tables(Region region) {
    OpenFile file = Mm.vma(region).file();
    MemoryFile memory = region.file();
    if (file == null || memory == null || !file.inode().isRegular()) {
      return null;
    }
    return files.computeIfAbsent(memory, m -> new ElfTables(m, mm.user().model()));
  }

  /// The mapping's name, or null for anonymous memory.
  @Nullable String name(Region region) {
    OpenFile file = Mm.vma(region).file();
    if (file == null) {
      return mm.nameOf(region);
    }
    return printable(file.path().display(task.fs().root()));
  }

  /// Says where an address lies: in a mapping, or between which two.
  String where(long address) {
    Place place = at(address);
    if (place != null) {
      return place + " (" + access(place.region) + ")";
    }
    Region above = address < 0 ? null : mm.space().regionAtOrAbove(address);
    Region below = null;
    for (Region region : mm.regions()) {
      if (region.end() <= address) {
        below = region;
      }
    }
    StringBuilder text = new StringBuilder("not mapped");
    if (below != null) {
      text.append(", 0x").append(Long.toHexString(address - below.end()));
      text.append(" behind ").append(describe(below));
    }
    if (above != null) {
      text.append(below == null ? ", " : " and ");
      text.append("0x").append(Long.toHexString(above.start() - address));
      text.append(" before ").append(describe(above));
    }
    return text.toString();
  }

  private String describe(Region region) {
    String name = name(region);
    return (name == null ? "an anonymous mapping" : name) + " (" + access(region) + ")";
  }

  private static String access(Region region) {
    int p = region.protection();
    return ""
        + ((p & Protection.READ) != 0 ? 'r' : '-')
        + ((p & Protection.WRITE) != 0 ? 'w' : '-')
        + ((p & Protection.EXECUTE) != 0 ? 'x' : '-');
  }

  /// A name as a terminal may be shown it.
  static String printable(String name) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(LONGEST_NAME, name.length()); i++) {
      char c = name.charAt(i);
      text.append(c < ' ' || (c >= 0x7f && c < 0xa0) ? '?' : c);
    }
    return name.length() > LONGEST_NAME ? text + "..." : text.toString();
  }

  /// Bytes of memory, whatever its permissions; null if not all of it is mapped.
  byte @Nullable [] peek(long address, int length) {
    byte[] bytes = new byte[length];
    try {
      mm.space().peek(address, bytes, 0, length);
    } catch (dev.forklift.engine.memory.GuestFault e) {
      return null;
    }
    return bytes;
  }

  /// The bytes of a section, from memory if it is loaded, since addresses in there are relocated.
  byte @Nullable [] section(Place place, ElfTables.Section section) {
    ElfTables tables = place.file;
    if (tables == null || section.size() <= 0 || section.size() > 64L << 20) {
      return null;
    }
    if (section.isLoaded()) {
      return peek(section.address() + place.bias, (int) section.size());
    }
    try {
      return tables.contents(section);
    } catch (Malformed e) {
      return null;
    }
  }

  /// The memory for those who unwind it.
  dev.forklift.kernel.arch.FrameMemory memory() {
    return new dev.forklift.kernel.arch.FrameMemory() {
      @Override
      public long word(long address) throws Errno {
        return number(address, mm.user().model().wordBytes());
      }

      @Override
      public int int32(long address) throws Errno {
        return (int) number(address, Integer.BYTES);
      }

      private long number(long address, int length) throws Errno {
        byte[] bytes = address < 0 ? null : peek(address, length);
        if (bytes == null) {
          throw Errno.EFAULT;
        }
        try {
          return new ByteCursor(bytes, mm.user().model()).number(length);
        } catch (Malformed e) {
          throw Errno.EFAULT;
        }
      }
    };
  }
}
