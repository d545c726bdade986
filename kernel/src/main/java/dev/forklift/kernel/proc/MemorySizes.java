package dev.forklift.kernel.proc;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.mm.MemoryCounters;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.mm.Vma;

/// How much memory a process has and of which kind, in pages.
///
/// @param anonymous resident pages that no file has
/// @param file resident pages of files and of the kernel's own
/// @param shared resident pages of shared memory
/// @param tables pages that Linux would need for page tables
record MemorySizes(MemoryCounters counters, long anonymous, long file, long shared, long tables) {

  static MemorySizes of(Mm mm) {
    MemoryCounters counters = mm.counters();
    long anonymous = 0;
    long shared = 0;
    long tables = 0;
    long lastTable = -1;
    long tableBytes = counters.pageBytes() * counters.pageBytes() / mm.user().model().wordBytes();
    for (Region region : mm.regions()) {
      Vma vma = Mm.vma(region);
      MemoryFile memory = region.file();
      if (memory == null && !vma.has(Vma.SPECIAL)) {
        anonymous += resident(mm, region, counters.pageBytes());
      } else if (vma.file() == null && !vma.has(Vma.SPECIAL)) {
        shared += resident(mm, region, counters.pageBytes());
      }
      long first = Math.max(region.start() / tableBytes, lastTable + 1);
      long last = (region.end() - 1) / tableBytes;
      tables += Math.max(0, last - first + 1);
      lastTable = Math.max(lastTable, last);
    }
    // What is resident of a file need not be mapped here, so it is told by what the others leave.
    anonymous = Math.min(anonymous, counters.resident());
    shared = Math.min(shared, counters.resident() - anonymous);
    long file = counters.resident() - anonymous - shared;
    return new MemorySizes(counters, anonymous, file, shared, tables);
  }

  /// Pages of a region that are there.
  static long resident(Mm mm, Region region, long pageBytes) {
    long pages = 0;
    for (long at = region.start(); at < region.end(); at += pageBytes) {
      if (mm.space().isResident(at)) {
        pages++;
      }
    }
    return pages;
  }

  long pageKilobytes() {
    return counters.pageBytes() / 1024;
  }
}
