package dev.forklift.board.boot;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.ProcessorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is loaded into memory, and where it begins to run: a kernel, or firmware that needs none.
///
/// ELF files and [U-Boot's images][UBootImage] say where they go; of all others the bytes are taken
/// as they are.
///
/// @param entry where it begins to run
/// @param parts what is loaded
public record KernelImage(long entry, List<Part> parts) {
  /// A piece of the image.
  ///
  /// @param address where it is linked to run
  /// @param file what holds it
  /// @param memoryLength its length in memory, behind what the file has all zero
  public record Part(long address, ByteBuffer file, long memoryLength) {}

  private static final int HEADER = 52;
  private static final int PROGRAM_HEADER = 32;
  private static final int MAGIC_BIG_ENDIAN = 0x7f45_4c46;
  private static final int MAGIC_FLAT_TREE = 0xd00d_feed;
  private static final int ENOUGH_TO_SEE = 4096;
  private static final int CLASS_AT = 4;
  private static final int DATA_AT = 5;
  private static final int CLASS_32 = 1;
  private static final int DATA_LITTLE = 1;
  private static final int DATA_BIG = 2;
  private static final int TYPE_EXECUTABLE = 2;
  private static final int LOAD = 1;

  public KernelImage {
    parts = List.copyOf(parts);
  }

  /// Reads a file of any form.
  ///
  /// @param type the CPU that is to run it
  /// @param rawAddress where it goes if it does not say so
  /// @throws BadInputException if it is broken, or cannot be code for this CPU
  public static KernelImage read(byte[] file, ProcessorType type, long rawAddress)
      throws BadInputException {
    if (begins(file, MAGIC_BIG_ENDIAN)) {
      return readElf(file, type.elfMachine(), type.byteOrder());
    }
    if (UBootImage.is(file)) {
      return of(UBootImage.read(file), type.ubootArchitecture());
    }
    String other = otherThanCode(file);
    if (other != null) {
      throw new BadInputException(other);
    }
    return raw(file, rawAddress);
  }

  private static KernelImage raw(byte[] code, long address) {
    return new KernelImage(address, List.of(new Part(address, ByteBuffer.wrap(code), code.length)));
  }

  private static KernelImage of(UBootImage image, int architecture) throws BadInputException {
    if (image.architecture() != architecture) {
      throw new BadInputException("this U-Boot image is for another CPU");
    }
    if (image.type() != UBootImage.KERNEL && image.type() != UBootImage.STANDALONE) {
      throw new BadInputException("this U-Boot image is no kernel, but " + image.holds());
    }
    byte[] code = image.unpacked();
    return new KernelImage(
        image.entry(), List.of(new Part(image.load(), ByteBuffer.wrap(code), code.length)));
  }

  /// What a file is, if that can be told and is not code; null otherwise.
  private static @Nullable String otherThanCode(byte[] file) {
    if (file.length == 0) {
      return "this file is empty";
    }
    if (begins(file, MAGIC_FLAT_TREE)) {
      return "this is a device tree, or a U-Boot image of the newer form (FIT), which is not known";
    }
    if (file.length > 2 && (file[0] & 0xff) == 0x1f && (file[1] & 0xff) == 0x8b) {
      return "this is compressed (gzip): unpack it, or make a U-Boot image of it";
    }
    return isText(file) ? "this is text, neither a kernel nor firmware" : null;
  }

  private static boolean begins(byte[] file, int magic) {
    return file.length >= Integer.BYTES && ByteBuffer.wrap(file).getInt() == magic;
  }

  /// Whether the beginning is nothing but printable.
  private static boolean isText(byte[] file) {
    int looked = Math.min(file.length, ENOUGH_TO_SEE);
    for (int i = 0; i < looked; i++) {
      boolean space = file[i] >= '\t' && file[i] <= '\r';
      if (!space && (file[i] < ' ' || file[i] > '~')) {
        return false;
      }
    }
    return true;
  }

  /// Reads an ELF file.
  ///
  /// @param machine what `e_machine` has to be
  /// @throws BadInputException if it is none for this CPU, or broken
  public static KernelImage readElf(byte[] file, int machine, ByteOrder order)
      throws BadInputException {
    ByteBuffer elf = ByteBuffer.wrap(file);
    if (file.length < HEADER || elf.getInt(0) != MAGIC_BIG_ENDIAN) {
      throw new BadInputException("this is no ELF file");
    }
    elf.order(order);
    int data = order == ByteOrder.LITTLE_ENDIAN ? DATA_LITTLE : DATA_BIG;
    if (file[CLASS_AT] != CLASS_32
        || file[DATA_AT] != data
        || elf.getShort(18) != (short) machine) {
      throw new BadInputException("this ELF file is for another CPU");
    }
    if (elf.getShort(16) != TYPE_EXECUTABLE) {
      throw new BadInputException("this ELF file is no kernel: it is not linked to an address");
    }
    long entry = unsigned(elf, 24);
    long at = unsigned(elf, 28);
    int size = elf.getShort(42);
    int count = elf.getShort(44) & 0xffff;
    if (size != PROGRAM_HEADER || at + (long) count * size > file.length) {
      throw new BadInputException("the ELF file is broken: it ends before its program headers");
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int header = (int) at + i * size;
      if (elf.getInt(header) == LOAD) {
        parts.add(part(elf, header));
      }
    }
    if (parts.isEmpty()) {
      throw new BadInputException("the ELF file has nothing to load");
    }
    return new KernelImage(entry, parts);
  }

  private static Part part(ByteBuffer elf, int header) throws BadInputException {
    long offset = unsigned(elf, header + 4);
    long address = unsigned(elf, header + 12);
    long fileLength = unsigned(elf, header + 16);
    long memoryLength = unsigned(elf, header + 20);
    if (offset + fileLength > elf.capacity() || fileLength > memoryLength) {
      throw new BadInputException("the ELF file is broken: it ends before what it is to load");
    }
    return new Part(address, elf.slice((int) offset, (int) fileLength), memoryLength);
  }

  private static long unsigned(ByteBuffer elf, int at) {
    return Integer.toUnsignedLong(elf.getInt(at));
  }
}
