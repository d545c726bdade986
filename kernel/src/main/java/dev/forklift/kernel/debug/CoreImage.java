package dev.forklift.kernel.debug;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.Protection;
import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.signal.SigInfo;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// A core file (core(5)) of a process whose tasks stand still: headers and notes as they are when
/// it is made, memory as it is when it is written.
public final class CoreImage {
  private static final int ET_CORE = 4;
  private static final int PT_LOAD = 1;
  private static final int PT_NOTE = 4;
  private static final int IDENT_BYTES = 16;

  /// What is dumped of a mapping.
  private record Part(Region region, long bytes, long offset) {}

  private final AddressSpace space;
  private final CoreSegments segments;
  private final int pageBytes;
  private final byte[] head;
  private final List<Part> parts = new ArrayList<>();
  private final long size;

  private CoreImage(Task task, Mm mm, SigInfo info) {
    space = mm.space();
    segments = new CoreSegments(space);
    pageBytes = 1 << mm.layout().pageShift();
    DataModel model = task.kernel().abi().dataModel();
    byte[] notes = CoreNotes.of(task, mm, info);
    List<Region> regions = mm.regions();
    int headers = header(model) + (regions.size() + 1) * programHeader(model);
    long at = align(headers + (long) notes.length);
    for (Region region : regions) {
      Part part = new Part(region, segments.dumped(region), at);
      parts.add(part);
      at += part.bytes;
    }
    size = at;
    StructWriter w = new StructWriter(model);
    writeHeader(w, model, task.kernel().abi().elfMachine());
    segment(w, model, PT_NOTE, 0, headers, 0, notes.length, 0, Integer.BYTES);
    for (Part part : parts) {
      Region r = part.region;
      segment(
          w, model, PT_LOAD, flags(r), part.offset, r.start(), part.bytes, r.length(), pageBytes);
    }
    head = w.bytes(notes).toBytes();
  }

  /// The core file of the task's process. The kernel lock is held.
  ///
  /// @param info the signal it dies of
  public static CoreImage of(Task task, SigInfo info) {
    return new CoreImage(task, task.memory(), info);
  }

  private static int header(DataModel model) {
    return model.is64Bit() ? 64 : 52;
  }

  private static int programHeader(DataModel model) {
    return model.is64Bit() ? 56 : 32;
  }

  private long align(long offset) {
    return offset + pageBytes - 1 & -(long) pageBytes;
  }

  private static int flags(Region region) {
    int p = region.protection();
    return ((p & Protection.READ) != 0 ? 4 : 0)
        | ((p & Protection.WRITE) != 0 ? 2 : 0)
        | ((p & Protection.EXECUTE) != 0 ? 1 : 0);
  }

  private void writeHeader(StructWriter w, DataModel model, int machine) {
    w.u8(0x7f).u8('E').u8('L').u8('F');
    w.u8(model.is64Bit() ? 2 : 1);
    w.u8(model.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 2).u8(1).align(IDENT_BYTES);
    w.u16(ET_CORE).u16(machine).u32(1);
    w.word(0).word(header(model)).word(0); // entry, program headers, section headers
    w.u32(0).u16(header(model)).u16(programHeader(model)).u16(parts.size() + 1);
    w.u16(0).u16(0).u16(0);
  }

  private static void segment(
      StructWriter w,
      DataModel model,
      int type,
      int flags,
      long offset,
      long address,
      long bytes,
      long memory,
      long alignment) {
    w.u32(type);
    if (model.is64Bit()) {
      w.u32(flags);
    }
    w.word(offset).word(address).word(0).word(bytes).word(memory);
    if (!model.is64Bit()) {
      w.u32(flags);
    }
    w.word(alignment);
  }

  /// Writes it. Memory that holds nothing is left out, and that vanishes meanwhile.
  public void writeTo(CoreOutput out) throws IOException {
    out.write(0, head, head.length);
    byte[] page = new byte[pageBytes];
    for (Part part : parts) {
      for (long done = 0; done < part.bytes; done += pageBytes) {
        long address = part.region.start() + done;
        if (space.isResident(address) && segments.page(address, page)) {
          out.write(part.offset + done, page, pageBytes);
        }
      }
    }
    out.end(size);
  }
}
