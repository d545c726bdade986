package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.mm.TestAbi;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Makes small ELF files.
final class ElfBuilder {
  private record Segment(
      int type, int flags, long offset, long address, long fileSize, long memorySize, long align) {}

  private final DataModel model;
  private final List<Segment> segments = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();
  private final List<Long> places = new ArrayList<>();
  int type = ElfFile.ET_EXEC;
  int machine = TestAbi.MACHINE;
  long entry;
  int phentsize = -1;
  int phnum = -1;
  long phoff = -1;

  ElfBuilder(DataModel model) {
    this.model = model;
  }

  static ElfBuilder small() {
    return new ElfBuilder(TestAbi.small().dataModel());
  }

  ElfBuilder type(int newType) {
    type = newType;
    return this;
  }

  ElfBuilder entry(long address) {
    entry = address;
    return this;
  }

  ElfBuilder segment(
      int kind, int flags, long offset, long address, long fileSize, long memorySize) {
    segments.add(new Segment(kind, flags, offset, address, fileSize, memorySize, 0x1000));
    return this;
  }

  ElfBuilder aligned(
      int flags, long offset, long address, long fileSize, long memorySize, long align) {
    segments.add(
        new Segment(ElfSegment.PT_LOAD, flags, offset, address, fileSize, memorySize, align));
    return this;
  }

  ElfBuilder load(int flags, long offset, long address, long fileSize, long memorySize) {
    return segment(ElfSegment.PT_LOAD, flags, offset, address, fileSize, memorySize);
  }

  ElfBuilder interpreter(String path, long offset) {
    bytes(offset, (path + "\0").getBytes(StandardCharsets.ISO_8859_1));
    return segment(ElfSegment.PT_INTERP, 4, offset, 0, path.length() + 1, path.length() + 1);
  }

  ElfBuilder bytes(long offset, byte[] content) {
    places.add(offset);
    contents.add(content);
    return this;
  }

  byte[] build() {
    StructWriter out = new StructWriter(model);
    out.bytes(new byte[] {0x7f, 'E', 'L', 'F', (byte) (model.is64Bit() ? 2 : 1)});
    out.skip(16 - out.size());
    out.u16(type).u16(machine).u32(1);
    out.word(entry);
    int header = ElfFile.headerBytes(model);
    out.word(phoff >= 0 ? phoff : header).word(0).u32(0).u16(header);
    out.u16(phentsize >= 0 ? phentsize : ElfSegment.bytes(model));
    out.u16(phnum >= 0 ? phnum : segments.size());
    out.skip(6);
    for (Segment s : segments) {
      out.u32(s.type());
      if (model.is64Bit()) {
        out.u32(s.flags());
      }
      out.word(s.offset()).word(s.address()).word(s.address());
      out.word(s.fileSize()).word(s.memorySize());
      if (!model.is64Bit()) {
        out.u32(s.flags());
      }
      out.word(s.align());
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(out.toBytes());
    byte[] all = file.toByteArray();
    for (int i = 0; i < contents.size(); i++) {
      byte[] content = contents.get(i);
      int at = places.get(i).intValue();
      if (all.length < at + content.length) {
        all = java.util.Arrays.copyOf(all, at + content.length);
      }
      System.arraycopy(content, 0, all, at, content.length);
    }
    return all;
  }
}
