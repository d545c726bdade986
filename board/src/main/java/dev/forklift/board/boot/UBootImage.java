package dev.forklift.board.boot;

import dev.forklift.board.BadInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.LZMAInputStream;

/// An image as `mkimage` makes it for U-Boot: 64 bytes that say what it is and where it goes, with
/// checksums, and the data, perhaps compressed ("legacy" images, `uImage`).
///
/// @param architecture U-Boot's number of the CPU
/// @param type U-Boot's number of what it holds
/// @param compression U-Boot's number of how the data are compressed
/// @param load where the data go
/// @param entry where they begin to run
/// @param data as the file has them
public record UBootImage(
    int architecture, int type, int compression, long load, long entry, ByteBuffer data) {
  /// A program that U-Boot starts by itself.
  static final int STANDALONE = 1;

  static final int KERNEL = 2;
  static final int RAMDISK = 3;

  static final int NONE = 0;
  static final int GZIP = 1;
  static final int LZMA = 3;

  private static final String[] TYPES = {
    "nothing",
    "a program",
    "a kernel",
    "a ramdisk",
    "several files",
    "firmware",
    "a script",
    "a file system",
    "a device tree"
  };
  private static final String[] COMPRESSIONS = {
    "none", "gzip", "bzip2", "LZMA", "LZO", "LZ4", "zstd"
  };

  private static final int MAGIC = 0x2705_1956;
  private static final int HEADER = 64;
  private static final int CHECKSUM_AT = 4;

  /// What an image may be when it is unpacked. Larger ones are meant to fill memory, not to run.
  private static final int MOST = 256 << 20;

  /// What LZMA may keep in mind, in KiB: its header can ask for anything.
  private static final int MOST_DICTIONARY = 128 << 10;

  /// Whether a file begins like one.
  public static boolean is(byte[] file) {
    return file.length >= Integer.BYTES && ByteBuffer.wrap(file).getInt() == MAGIC;
  }

  /// Reads an image and checks its checksums.
  ///
  /// @throws BadInputException if it is broken
  public static UBootImage read(byte[] file) throws BadInputException {
    if (!is(file) || file.length < HEADER) {
      throw new BadInputException("the U-Boot image is broken: it ends within its header");
    }
    ByteBuffer header = ByteBuffer.wrap(file);
    byte[] summed = Arrays.copyOf(file, HEADER);
    Arrays.fill(summed, CHECKSUM_AT, CHECKSUM_AT + Integer.BYTES, (byte) 0);
    if (checksum(ByteBuffer.wrap(summed)) != header.getInt(CHECKSUM_AT)) {
      throw new BadInputException(
          "the U-Boot image is broken: the checksum of its header is wrong");
    }
    long length = unsigned(header, 12);
    if (length > file.length - HEADER) {
      throw new BadInputException(
          "the U-Boot image is broken: it has %d bytes of data instead of %d"
              .formatted(file.length - HEADER, length));
    }
    ByteBuffer data = header.slice(HEADER, (int) length);
    if (checksum(data.duplicate()) != header.getInt(24)) {
      throw new BadInputException("the U-Boot image is broken: the checksum of its data is wrong");
    }
    return new UBootImage(
        file[29] & 0xff,
        file[30] & 0xff,
        file[31] & 0xff,
        unsigned(header, 16),
        unsigned(header, 20),
        data);
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  private static long unsigned(ByteBuffer header, int at) {
    return Integer.toUnsignedLong(header.getInt(at));
  }

  /// What it holds, in words.
  String holds() {
    return type < TYPES.length ? TYPES[type] : "something of type " + type;
  }

  /// The data as the file has them: a ramdisk is left to the kernel as it is.
  public byte[] packed() {
    byte[] bytes = new byte[data.remaining()];
    data.get(data.position(), bytes);
    return bytes;
  }

  /// Its data as they are to be in memory.
  ///
  /// @throws BadInputException if they cannot be unpacked
  byte[] unpacked() throws BadInputException {
    return switch (compression) {
      case NONE -> packed();
      case GZIP -> unpacked(GZIPInputStream::new);
      case LZMA -> unpacked(packed -> new LZMAInputStream(packed, MOST_DICTIONARY));
      default ->
          throw new BadInputException(
              "the U-Boot image is compressed with %s; what can be unpacked is: none, gzip, LZMA"
                  .formatted(
                      compression < COMPRESSIONS.length
                          ? COMPRESSIONS[compression]
                          : "number " + compression));
    };
  }

  private interface Unpacking {
    InputStream begin(InputStream packed) throws IOException;
  }

  private byte[] unpacked(Unpacking unpacking) throws BadInputException {
    byte[] bytes;
    try (InputStream stream = unpacking.begin(new ByteArrayInputStream(packed()))) {
      bytes = stream.readNBytes(MOST + 1);
    } catch (OutOfMemoryError e) {
      throw new BadInputException("the U-Boot image is too large when it is unpacked");
    } catch (IOException e) {
      String why = e.getMessage() == null ? "" : ": " + e.getMessage();
      throw new BadInputException("the data of the U-Boot image cannot be unpacked" + why);
    }
    if (bytes.length > MOST) {
      throw new BadInputException("the U-Boot image is too large when it is unpacked");
    }
    return bytes;
  }
}
