package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.ArrayList;
import java.util.List;

/// An ELF file's header and program headers, in the guest's word size and byte order.
///
/// @param programHeaders where in the file the program headers stand
record ElfFile(
    OpenFile file, int type, long entry, long programHeaders, List<ElfSegment> segments) {
  static final int ET_EXEC = 2;
  static final int ET_DYN = 3;

  /// The largest table of program headers.
  private static final int MAX_TABLE_BYTES = 65536;

  private static final int IDENT_BYTES = 16;

  /// Says whether a file begins like an ELF file.
  static boolean hasMagic(byte[] head) {
    return head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F';
  }

  /// Bytes of the ELF header.
  static int headerBytes(DataModel model) {
    return model.is64Bit() ? 64 : 52;
  }

  /// Checks the header as Linux does, which looks neither at the class nor at the version.
  ///
  /// @param head at least the ELF header, zeros behind the file's end
  /// @param mustRun whether it must be a program or library, as the main program must
  /// @param refusal what to answer if it is nothing to be run
  static ElfFile read(
      OpenFile file, byte[] head, DataModel model, int machine, boolean mustRun, Errno refusal)
      throws Errno {
    if (!hasMagic(head)) {
      throw refusal;
    }
    StructReader in = new StructReader(model, head).skip(IDENT_BYTES);
    int type = in.u16();
    if ((mustRun && !isRunnable(type)) || in.u16() != machine) {
      throw refusal;
    }
    in.skip(Integer.BYTES);
    long entry = in.word();
    long programHeaders = in.word();
    // Section headers, flags and the header's own size.
    in.skip(model.wordBytes() + Integer.BYTES + Short.BYTES);
    int entryBytes = in.u16();
    int count = in.u16();
    return new ElfFile(
        file,
        type,
        entry,
        programHeaders,
        readSegments(file, model, programHeaders, entryBytes, count, refusal));
  }

  private static List<ElfSegment> readSegments(
      OpenFile file, DataModel model, long offset, int entryBytes, int count, Errno refusal)
      throws Errno {
    int size = ElfSegment.bytes(model);
    if (entryBytes != size || count == 0 || size * count > MAX_TABLE_BYTES) {
      throw refusal;
    }
    byte[] table = new byte[size * count];
    if (FileBytes.read(file, offset, table) < table.length) {
      throw refusal;
    }
    StructReader in = new StructReader(model, table);
    List<ElfSegment> segments = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      segments.add(ElfSegment.read(in, model));
    }
    return List.copyOf(segments);
  }

  private static boolean isRunnable(int type) {
    return type == ET_EXEC || type == ET_DYN;
  }

  boolean isRunnable() {
    return isRunnable(type);
  }

  boolean isPositionIndependent() {
    return type == ET_DYN;
  }
}
