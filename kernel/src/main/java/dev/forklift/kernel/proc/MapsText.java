package dev.forklift.kernel.proc;

import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.mm.Vma;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;

/// /proc/PID/maps and smaps: the regions of a memory.
final class MapsText {
  private MapsText() {}

  static String maps(Task reader, Task task) throws Errno {
    StringBuilder out = new StringBuilder();
    Mm mm = task.mm();
    if (mm != null) {
      for (Region region : mm.regions()) {
        line(out, reader, mm, region);
      }
    }
    return out.toString();
  }

  static String smaps(Task reader, Task task) throws Errno {
    StringBuilder out = new StringBuilder();
    Mm mm = task.mm();
    if (mm != null) {
      for (Region region : mm.regions()) {
        line(out, reader, mm, region);
        sizes(out, mm, region);
      }
    }
    return out.toString();
  }

  private static void line(StringBuilder out, Task reader, Mm mm, Region region) throws Errno {
    Vma vma = Mm.vma(region);
    OpenFile file = vma.file();
    long device = file == null ? 0 : file.inode().fileSystem().device();
    long ino = file == null ? 0 : file.inode().ino();
    String start =
        String.format(
            "%08x-%08x %c%c%c%c %08x %02x:%02x %d ",
            region.start(),
            region.end(),
            has(region, Protection.READ) ? 'r' : '-',
            has(region, Protection.WRITE) ? 'w' : '-',
            has(region, Protection.EXECUTE) ? 'x' : '-',
            vma.has(Vma.MAY_SHARE) ? 's' : 'p',
            file == null ? 0 : region.offset(),
            DeviceNumber.major(device),
            DeviceNumber.minor(device),
            ino);
    out.append(start);
    String name =
        file != null
            ? file.path().display(reader.fs().root()).replace("\n", "\\012")
            : mm.nameOf(region);
    if (name != null) {
      // Names begin in the column behind the widest numbers of this word size.
      int column = 24 + 6 * mm.user().model().wordBytes();
      out.append(" ".repeat(Math.max(0, column - start.length()) + 1)).append(name);
    }
    out.append('\n');
  }

  private static boolean has(Region region, int protection) {
    return (region.protection() & protection) != 0;
  }

  private static void sizes(StringBuilder out, Mm mm, Region region) {
    long pageBytes = mm.counters().pageBytes();
    long page = pageBytes / 1024;
    long resident = MemorySizes.resident(mm, region, pageBytes) * page;
    boolean anonymous = region.file() == null && !Mm.vma(region).has(Vma.SPECIAL);
    boolean clean = Mm.vma(region).has(Vma.SPECIAL) || !has(region, Protection.WRITE);
    // spotless:off
    size(out, "Size",            region.length() / 1024);
    size(out, "KernelPageSize",  page);
    size(out, "MMUPageSize",     page);
    size(out, "Rss",             resident);
    size(out, "Pss",             resident);
    size(out, "Pss_Dirty",       clean ? 0 : resident);
    size(out, "Shared_Clean",    0);
    size(out, "Shared_Dirty",    0);
    size(out, "Private_Clean",   clean ? resident : 0);
    size(out, "Private_Dirty",   clean ? 0 : resident);
    size(out, "Referenced",      resident);
    size(out, "Anonymous",       anonymous ? resident : 0);
    for (String none : new String[] {
        "KSM", "LazyFree", "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb",
        "Private_Hugetlb", "Swap", "SwapPss"}) {
      size(out, none, 0);
    }
    size(out, "Locked",          Mm.vma(region).has(Vma.LOCKED) ? resident : 0);
    // spotless:on
    out.append("THPeligible:           0\n").append("VmFlags: ");
    flags(out, region);
    out.append('\n');
  }

  private static void size(StringBuilder out, String name, long kilobytes) {
    out.append(String.format("%-16s%8d kB\n", name + ":", kilobytes));
  }

  private static void flags(StringBuilder out, Region region) {
    Vma vma = Mm.vma(region);
    flag(out, has(region, Protection.READ), "rd");
    flag(out, has(region, Protection.WRITE), "wr");
    flag(out, has(region, Protection.EXECUTE), "ex");
    flag(out, vma.has(Vma.MAY_SHARE), "sh");
    flag(out, vma.has(Vma.MAY_READ), "mr");
    flag(out, vma.has(Vma.MAY_WRITE), "mw");
    flag(out, vma.has(Vma.MAY_EXEC), "me");
    flag(out, vma.has(Vma.MAY_SHARE) && has(region, Protection.WRITE), "ms");
    flag(out, vma.has(Vma.GROWS_DOWN), "gd");
    flag(out, vma.has(Vma.LOCKED), "lo");
    flag(out, vma.has(Vma.DONT_COPY), "dc");
    flag(out, vma.has(Vma.DONT_EXPAND) || vma.has(Vma.SPECIAL), "de");
    boolean accountable =
        !vma.has(Vma.SPECIAL) && !vma.has(Vma.MAY_SHARE) && has(region, Protection.WRITE);
    flag(out, accountable, "ac");
    flag(out, vma.has(Vma.NO_RESERVE), "nr");
    flag(out, vma.has(Vma.WIPE_ON_FORK), "wf");
    flag(out, vma.has(Vma.DONT_DUMP), "dd");
  }

  private static void flag(StringBuilder out, boolean set, String name) {
    if (set) {
      out.append(name).append(' ');
    }
  }
}
