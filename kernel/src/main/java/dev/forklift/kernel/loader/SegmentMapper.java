package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Mman;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.mm.MmapRequest;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.List;

/// Maps the segments of ELF files into a fresh space.
final class SegmentMapper {
  private final Mm mm;
  private final Words words;
  private final Credentials who;

  SegmentMapper(Mm mm, Words words, Credentials who) {
    this.mm = mm;
    this.words = words;
    this.who = who;
  }

  /// What all segments together take, from the first one's page to the last one's end; 0 if there
  /// are none.
  long totalSize(List<ElfSegment> segments) {
    long low = -1;
    long high = 0;
    boolean found = false;
    for (ElfSegment segment : segments) {
      if (segment.isLoad()) {
        long start = words.pageStart(segment.address());
        low = found && !Words.isLess(start, low) ? low : start;
        high = Words.max(high, words.wrap(segment.address() + segment.memorySize()));
        found = true;
      }
    }
    return found ? words.wrap(high - low) : 0;
  }

  /// The largest alignment that a segment asks for, in whole pages; what is no power of two is
  /// ignored.
  long maximumAlignment(List<ElfSegment> segments) {
    long alignment = 0;
    for (ElfSegment segment : segments) {
      if (segment.isLoad() && Long.bitCount(segment.alignment()) == 1) {
        alignment = Words.max(alignment, segment.alignment());
      }
    }
    return words.pageAlign(alignment);
  }

  /// Maps one segment: its part of the file, then zeros up to its size in memory.
  ///
  /// @param totalSize the room to look for, with the first segment of an image that may lie
  ///   anywhere; 0 otherwise
  /// @return where its page begins, which need not be a user address
  long map(OpenFile file, long address, ElfSegment segment, int flags, long totalSize)
      throws Errno {
    long offset = words.pageOffset(segment.address());
    long mapped = words.pageStart(address);
    long zeros = mapped;
    boolean hasZeros = Words.isLess(segment.fileSize(), segment.memorySize());
    if (segment.fileSize() != 0) {
      mapped = mapFile(file, mapped, segment, flags, totalSize);
      if (words.isBad(mapped)) {
        return mapped;
      }
      zeros = words.wrap(mapped + offset + segment.fileSize());
      if (hasZeros) {
        clearRestOfPage(zeros, segment.isWritable());
      }
    }
    if (hasZeros) {
      long end = words.wrap(mapped + offset + segment.memorySize());
      long start = words.pageAlign(zeros);
      mm.mapZeros(start, words.wrap(words.pageAlign(end) - start), segment.isExecutable(), who);
    }
    return mapped;
  }

  private long mapFile(OpenFile file, long address, ElfSegment segment, int flags, long totalSize)
      throws Errno {
    long within = words.pageOffset(segment.address());
    long size = words.pageAlign(words.wrap(segment.fileSize() + within));
    long offset = words.wrap(segment.offset() - within);
    if (size == 0) {
      return address;
    }
    long room = totalSize == 0 ? size : words.pageAlign(totalSize);
    long mapped = mmap(file, address, room, protection(segment), flags, offset);
    if (!words.isBad(mapped) && Words.isLess(size, room)) {
      unmap(mapped + size, room - size);
    }
    return mapped;
  }

  /// Unmaps; what cannot be unmapped stays.
  void unmap(long start, long length) {
    try {
      mm.munmap(start, length);
    } catch (Errno e) {
      // As in Linux: the program runs with more mapped than it asked for.
    }
  }

  private long mmap(
      OpenFile file, long address, long length, int protection, int flags, long offset)
      throws Errno {
    if (words.pageOffset(offset) != 0
        || Words.isLess(words.wrap(offset + words.pageAlign(length)), offset)) {
      throw Errno.EINVAL;
    }
    return mm.mmap(
        new MmapRequest(
            address, length, protection, flags, Long.divideUnsigned(offset, words.pageBytes())),
        file,
        who);
  }

  private static int protection(ElfSegment segment) {
    int protection = 0;
    if ((segment.flags() & ElfSegment.PF_R) != 0) {
      protection |= Mman.PROT_READ;
    }
    if (segment.isWritable()) {
      protection |= Mman.PROT_WRITE;
    }
    if (segment.isExecutable()) {
      protection |= Mman.PROT_EXEC;
    }
    return protection;
  }

  /// Clears what the file has behind a segment's end; a segment that cannot be written to keeps it.
  private void clearRestOfPage(long address, boolean writable) throws Errno {
    long within = words.pageOffset(address);
    if (within == 0) {
      return;
    }
    try {
      mm.user().clear(address, words.pageBytes() - within);
    } catch (Errno e) {
      if (writable) {
        throw e;
      }
    }
  }
}
