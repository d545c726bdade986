package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructReader;

/// One program header.
record ElfSegment(
    int type,
    int flags,
    long offset,
    long address,
    long fileSize,
    long memorySize,
    long alignment) {
  static final int PT_LOAD = 1;
  static final int PT_INTERP = 3;
  static final int PT_GNU_STACK = 0x6474_e551;

  static final int PF_X = 1;
  static final int PF_W = 2;
  static final int PF_R = 4;

  /// Bytes of a program header.
  static int bytes(DataModel model) {
    return model.is64Bit() ? 56 : 32;
  }

  static ElfSegment read(StructReader in, DataModel model) {
    int type = in.s32();
    int flags = model.is64Bit() ? in.s32() : 0;
    long offset = in.word();
    long address = in.word();
    // The physical address is of no concern here.
    in.skip(model.wordBytes());
    long fileSize = in.word();
    long memorySize = in.word();
    if (!model.is64Bit()) {
      flags = in.s32();
    }
    return new ElfSegment(type, flags, offset, address, fileSize, memorySize, in.word());
  }

  boolean isLoad() {
    return type == PT_LOAD;
  }

  boolean isExecutable() {
    return (flags & PF_X) != 0;
  }

  boolean isWritable() {
    return (flags & PF_W) != 0;
  }
}
