package dev.forklift.kernel.debug;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.DataModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The segments, sections and symbols of an ELF file. What is missing or malformed is empty.
///
/// Addresses are those of the file, as if it had been loaded where it was linked to.
final class ElfTables {
  /// A segment that is loaded.
  record Segment(long offset, long address, long fileSize, boolean executable) {}

  /// A section.
  record Section(
      String name, long type, long flags, long address, long offset, long size, int link) {
    boolean isLoaded() {
      return (flags & SHF_ALLOC) != 0;
    }
  }

  /// A function. A size of 0 means that nobody knows it.
  record Symbol(String name, long address, long size) {}

  /// A symbol whose name has not been read: names may be long and overlap.
  private record Entry(long name, long address, long size) {}

  private static final long SHF_ALLOC = 2;
  private static final int SHT_SYMTAB = 2;
  private static final int SHT_NOBITS = 8;
  private static final int SHT_DYNSYM = 11;
  private static final int PT_LOAD = 1;
  private static final int PF_X = 1;
  private static final int STT_OBJECT = 1;
  private static final int STT_FUNC = 2;
  private static final int IDENT_BYTES = 16;
  private static final int MAX_HEADERS = 65536;

  private static final int LONGEST_NAME = 4096;
  private static final int MAX_SYMBOLS = 1 << 20;

  /// Larger tables than any real program has.
  private static final long MAX_SECTION_BYTES = 64L << 20;

  private final @Nullable MemoryFile file;
  private final DataModel model;
  private final List<Segment> segments = new ArrayList<>();
  private final List<Section> sections = new ArrayList<>();
  private final List<Entry> symbols = new ArrayList<>();
  private byte[] symbolNames = {};
  private int machine = -1;
  private long entry;

  ElfTables(@Nullable MemoryFile file, DataModel model) {
    this.file = file;
    this.model = model;
    try {
      readHeaders();
    } catch (Malformed e) {
      // What has been read so far stands.
    }
    try {
      readSymbols();
    } catch (Malformed e) {
      // No names, then.
    }
    symbols.sort(Comparator.comparingLong(Entry::address));
  }

  DataModel model() {
    return model;
  }

  /// `e_machine`, or -1 if it is no ELF file.
  int machine() {
    return machine;
  }

  /// Where the program begins.
  long entry() {
    return entry;
  }

  List<Segment> segments() {
    return segments;
  }

  private void readHeaders() throws Malformed {
    boolean wide = model.is64Bit();
    byte[] magic = bytes(0, 4);
    if (magic[0] != 0x7f || magic[1] != 'E' || magic[2] != 'L' || magic[3] != 'F') {
      throw new Malformed("magic");
    }
    ByteCursor in = cursor(0, wide ? 64 : 52).seek(IDENT_BYTES + Short.BYTES);
    machine = in.u16();
    entry = in.skip(Integer.BYTES).word();
    long programHeaders = in.word();
    long sectionHeaders = in.word();
    in.skip(6);
    int programBytes = in.u16();
    int programCount = in.u16();
    int sectionBytes = in.u16();
    int sectionCount = in.u16();
    int names = in.u16();
    readSegments(programHeaders, programBytes, programCount);
    readSections(sectionHeaders, sectionBytes, sectionCount, names);
  }

  private void readSegments(long offset, int size, int count) throws Malformed {
    boolean wide = model.is64Bit();
    ByteCursor in = table(offset, size, count, wide ? 56 : 32);
    for (int i = 0; i < count; i++) {
      in.seek((long) i * size);
      long type = in.u32();
      long flags = wide ? in.u32() : 0;
      long fileOffset = in.word();
      long address = in.word();
      in.word();
      long fileSize = in.word();
      in.word();
      if (!wide) {
        flags = in.u32();
      }
      if (type == PT_LOAD) {
        segments.add(new Segment(fileOffset, address, fileSize, (flags & PF_X) != 0));
      }
    }
  }

  private void readSections(long offset, int size, int count, int names) throws Malformed {
    ByteCursor in = table(offset, size, count, model.is64Bit() ? 64 : 40);
    long[] nameOffsets = new long[count];
    for (int i = 0; i < count; i++) {
      in.seek((long) i * size);
      nameOffsets[i] = in.u32();
      long type = in.u32();
      long flags = in.word();
      long address = in.word();
      long fileOffset = in.word();
      long bytes = in.word();
      sections.add(new Section("", type, flags, address, fileOffset, bytes, (int) in.u32()));
    }
    if (names >= count) {
      return;
    }
    ByteCursor strings = new ByteCursor(contents(sections.get(names)), model);
    for (int i = 0; i < count; i++) {
      Section s = sections.get(i);
      String name = strings.seek(nameOffsets[i]).string(LONGEST_NAME);
      sections.set(i, new Section(name, s.type, s.flags, s.address, s.offset, s.size, s.link));
    }
  }

  private void readSymbols() throws Malformed {
    Section table = ofType(SHT_SYMTAB);
    if (table == null) {
      table = ofType(SHT_DYNSYM);
    }
    if (table == null || table.link < 0 || table.link >= sections.size()) {
      return;
    }
    boolean wide = model.is64Bit();
    int size = wide ? 24 : 16;
    ByteCursor in = new ByteCursor(contents(table), model);
    symbolNames = contents(sections.get(table.link));
    long count = Math.min(MAX_SYMBOLS, table.size / size);
    for (long i = 0; i < count; i++) {
      in.seek(i * size);
      long name = in.u32();
      long address = wide ? 0 : in.word();
      long bytes = wide ? 0 : in.word();
      int type = in.u8() & 0xf;
      in.u8();
      int section = in.u16();
      if (wide) {
        address = in.u64();
        bytes = in.u64();
      }
      // Without a type are the labels of assembly code, which name code just as well.
      if (section != 0 && type <= STT_FUNC && type != STT_OBJECT) {
        symbols.add(new Entry(name, address, bytes));
      }
    }
  }

  private @Nullable Section ofType(int type) {
    for (Section section : sections) {
      if (section.type == type) {
        return section;
      }
    }
    return null;
  }

  @Nullable Section section(String name) {
    for (Section section : sections) {
      if (section.name.equals(name)) {
        return section;
      }
    }
    return null;
  }

  /// The symbol that an address lies in: the nearest below it, unless that ends before. Of several
  /// that begin at one place, one with a size says more than a label.
  @Nullable Symbol symbolAt(long address) {
    int low = 0;
    int high = symbols.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (symbols.get(middle).address <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    Symbol label = null;
    for (int i = low - 1; i >= 0 && symbols.get(i).address == symbols.get(low - 1).address; i--) {
      Entry entry = symbols.get(i);
      if (entry.size != 0 && address - entry.address >= entry.size) {
        continue;
      }
      String name = name(entry);
      if (name.isEmpty()) {
        continue;
      }
      Symbol symbol = new Symbol(name, entry.address, entry.size);
      if (entry.size != 0) {
        return symbol;
      }
      label = symbol;
    }
    return label;
  }

  /// The symbol of that name, one with a size if there are several.
  @Nullable Symbol symbol(String wanted) {
    Symbol found = null;
    for (Entry each : symbols) {
      if ((found == null || found.size == 0) && name(each).equals(wanted)) {
        found = new Symbol(wanted, each.address, each.size);
      }
    }
    return found;
  }

  private String name(Entry entry) {
    try {
      return new ByteCursor(symbolNames, model).seek(entry.name).string(LONGEST_NAME);
    } catch (Malformed e) {
      return "";
    }
  }

  /// The address at which an offset of the file is loaded, or -1. Where two segments share a page
  /// of the file, the one is meant whose code or data it is.
  long addressOf(long offset, boolean executable) {
    long found = -1;
    for (Segment s : segments) {
      long page = s.offset & -4096L;
      if (offset >= page && offset - s.offset < s.fileSize + 4096) {
        long address = s.address + (offset - s.offset);
        if (s.executable == executable && offset - s.offset < s.fileSize) {
          return address;
        }
        if (found < 0) {
          found = address;
        }
      }
    }
    return found;
  }

  /// The bytes of a segment in the file.
  byte[] contents(Segment segment) throws Malformed {
    return bytes(segment.offset, segment.fileSize);
  }

  /// The bytes of a section in the file.
  byte[] contents(Section section) throws Malformed {
    if (section.type == SHT_NOBITS) {
      throw new Malformed("no contents");
    }
    return bytes(section.offset, section.size);
  }

  private ByteCursor table(long offset, int size, int count, int minimum) throws Malformed {
    if ((count > 0 && size < minimum) || count > MAX_HEADERS) {
      throw new Malformed("table");
    }
    return cursor(offset, (long) size * count);
  }

  private ByteCursor cursor(long offset, long length) throws Malformed {
    return new ByteCursor(bytes(offset, length), model);
  }

  private byte[] bytes(long offset, long length) throws Malformed {
    if (file == null
        || offset < 0
        || length < 0
        || length > MAX_SECTION_BYTES
        || offset > file.size() - length) {
      throw new Malformed("outside of the file");
    }
    byte[] bytes = new byte[(int) length];
    try {
      if (file.read(offset, bytes, 0, bytes.length) < bytes.length) {
        throw new Malformed("short");
      }
    } catch (IOException e) {
      throw new Malformed("unreadable");
    }
    return bytes;
  }
}
