package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Mman;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.mm.Mm;
import org.jspecify.annotations.Nullable;

/// Maps a program and its interpreter. What goes wrong here kills the new program.
final class ImageMapper {
  private final LinuxAbi abi;
  private final Words words;
  private final SegmentMapper mapper;
  private final ElfFile program;

  // Of the program, as its headers say: without the distance that it has been moved by.
  private long startCode = -1;
  private long endCode;
  private long startData;
  private long endData;
  private long end;
  private long headers;

  ImageMapper(LinuxAbi abi, Mm mm, Credentials who, ElfFile program) {
    this.abi = abi;
    this.words = new Words(abi);
    this.mapper = new SegmentMapper(mm, words, who);
    this.program = program;
  }

  ElfImage map(@Nullable ElfFile interpreter) throws Errno {
    long bias = mapProgram(interpreter != null);
    long ownEntry = words.wrap(program.entry() + bias);
    long entry = ownEntry;
    long base = 0;
    if (interpreter != null) {
      base = mapInterpreter(interpreter, bias);
      entry = words.wrap(base + interpreter.entry());
    }
    if (words.isBad(entry)) {
      throw Errno.EINVAL;
    }
    return new ElfImage(
        entry,
        ownEntry,
        base,
        words.wrap(headers + bias),
        program.segments().size(),
        words.wrap(startCode + bias),
        words.wrap(endCode + bias),
        words.wrap(startData + bias),
        words.wrap(endData + bias),
        words.pageAlign(words.wrap(end + bias)));
  }

  /// Maps the program, and answers how far from its own addresses it lies.
  private long mapProgram(boolean hasInterpreter) throws Errno {
    long bias = 0;
    boolean first = true;
    for (ElfSegment segment : program.segments()) {
      if (!segment.isLoad()) {
        continue;
      }
      int flags = Mman.MAP_PRIVATE;
      long totalSize = 0;
      if (!first) {
        flags |= Mman.MAP_FIXED;
      } else if (!program.isPositionIndependent()) {
        flags |= Mman.MAP_FIXED_NOREPLACE;
      } else {
        totalSize = mapper.totalSize(program.segments());
        if (totalSize == 0) {
          throw Errno.EINVAL;
        }
        long place = placeOf(segment, hasInterpreter, totalSize);
        if (place != 0) {
          flags |= Mman.MAP_FIXED_NOREPLACE;
        }
        bias = words.pageStart(words.wrap(place - segment.address()));
      }
      long wanted = words.wrap(bias + segment.address());
      long mapped = mapper.map(program.file(), wanted, segment, flags, totalSize);
      if (words.isBad(mapped)) {
        throw Errno.EINVAL;
      }
      if (first && program.isPositionIndependent()) {
        bias = words.wrap(bias + mapped - words.pageStart(wanted));
      }
      first = false;
      note(segment);
    }
    return bias;
  }

  /// Where a position-independent program goes, or 0 for wherever there is room.
  private long placeOf(ElfSegment first, boolean hasInterpreter, long totalSize) throws Errno {
    long alignment = mapper.maximumAlignment(program.segments());
    if (hasInterpreter) {
      long place = abi.memoryLayout().dynBase();
      return alignment == 0 ? place : place & -alignment;
    }
    if (!Words.isLess(words.pageBytes(), alignment)) {
      return 0;
    }
    // Found out by trying, so that it can be aligned.
    long found = mapper.map(program.file(), 0, first, Mman.MAP_PRIVATE, totalSize);
    if (words.isBad(found)) {
      throw Errno.EINVAL;
    }
    mapper.unmap(found, totalSize);
    return found & -alignment;
  }

  private void note(ElfSegment segment) throws Errno {
    long start = segment.address();
    long table = program.programHeaders();
    if (!Words.isLess(table, segment.offset())
        && Words.isLess(table, words.wrap(segment.offset() + segment.fileSize()))) {
      headers = words.wrap(table - segment.offset() + start);
    }
    if (segment.isExecutable() && Words.isLess(start, startCode)) {
      startCode = start;
    }
    startData = Words.max(startData, start);
    if (words.isBad(segment, start)) {
      throw Errno.EINVAL;
    }
    long fileEnd = words.wrap(start + segment.fileSize());
    if (segment.isExecutable()) {
      endCode = Words.max(endCode, fileEnd);
    }
    endData = Words.max(endData, fileEnd);
    end = Words.max(end, words.wrap(start + segment.memorySize()));
  }

  /// Maps the interpreter, and answers how far from its own addresses it lies.
  private long mapInterpreter(ElfFile interpreter, long programBias) throws Errno {
    if (!interpreter.isRunnable()) {
      throw Errno.EINVAL;
    }
    long totalSize = mapper.totalSize(interpreter.segments());
    if (totalSize == 0) {
      throw Errno.EINVAL;
    }
    long bias = 0;
    boolean placed = !interpreter.isPositionIndependent();
    for (ElfSegment segment : interpreter.segments()) {
      if (!segment.isLoad()) {
        continue;
      }
      int flags = Mman.MAP_PRIVATE | (placed ? Mman.MAP_FIXED : 0);
      if (!placed && programBias != 0) {
        bias = words.wrap(-segment.address());
      }
      long wanted = words.wrap(bias + segment.address());
      long mapped = mapper.map(interpreter.file(), wanted, segment, flags, totalSize);
      totalSize = 0;
      if (words.isBad(mapped)) {
        throw Errno.EINVAL;
      }
      if (!placed) {
        bias = words.wrap(mapped - words.pageStart(segment.address()));
        placed = true;
      }
      if (words.isBad(segment, words.wrap(bias + segment.address()))) {
        throw Errno.ENOMEM;
      }
    }
    return bias;
  }
}
