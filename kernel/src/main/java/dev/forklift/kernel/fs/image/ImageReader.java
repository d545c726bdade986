package dev.forklift.kernel.fs.image;

import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.abi.FileMode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/// Reads an archive once from front to back: contents go to one file, everything else into a list.
final class ImageReader {
  private static final String BYTES = "ISO-8859-1";
  private static final int MAX_ENTRIES = 4_000_000;
  private static final long MAX_BYTES = 64L << 30;
  private static final int MAX_LINK = 4096;
  private static final int MAGIC_BYTES = 264;
  private static final int XZ_MEMORY_KIB = 1 << 17;
  private static final int TAR_MAGIC_AT = 257;
  private static final byte[] XZ = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};

  private final List<ImageEntry> entries = new ArrayList<>();
  private final OutputStream contents;
  private final byte[] buffer = new byte[1 << 16];
  private long written;

  private ImageReader(OutputStream contents) {
    this.contents = contents;
  }

  static List<ImageEntry> read(Path image, Path contents) throws IOException {
    try (InputStream in = decompress(new BufferedInputStream(Files.newInputStream(image)));
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(contents))) {
      ImageReader reader = new ImageReader(out);
      byte[] magic = peek(in, MAGIC_BYTES);
      String start = new String(magic, StandardCharsets.ISO_8859_1);
      if (start.length() >= TAR_MAGIC_AT + 5 && start.startsWith("ustar", TAR_MAGIC_AT)) {
        reader.tar(in);
      } else if (start.startsWith("0707")) {
        reader.cpio(in);
      } else {
        throw new IOException("neither a tar nor a cpio archive (gz, xz or plain)");
      }
      return reader.entries;
    } catch (RuntimeException e) {
      // The readers of archives do not promise which ones they throw.
      throw new IOException("damaged: " + e.getMessage(), e);
    } catch (EOFException e) {
      throw new IOException("damaged: it ends too early", e);
    }
  }

  private static InputStream decompress(BufferedInputStream in) throws IOException {
    byte[] magic = peek(in, XZ.length);
    if (magic.length >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
      return new BufferedInputStream(new GZIPInputStream(in, 1 << 16));
    }
    if (java.util.Arrays.equals(magic, XZ)) {
      return new BufferedInputStream(
          XZCompressorInputStream.builder()
              .setInputStream(in)
              .setDecompressConcatenated(true)
              .setMemoryLimitKiB(XZ_MEMORY_KIB)
              .get());
    }
    return in;
  }

  private static byte[] peek(InputStream in, int count) throws IOException {
    in.mark(count);
    byte[] bytes = in.readNBytes(count);
    in.reset();
    return bytes;
  }

  private void tar(InputStream in) throws IOException {
    TarArchiveInputStream tar = new TarArchiveInputStream(in, BYTES);
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      String path = clean(entry.getName());
      if (path == null) {
        continue;
      }
      String link = "";
      int type;
      long rdev = 0;
      if (entry.isDirectory()) {
        type = FileMode.S_IFDIR;
      } else if (entry.isSymbolicLink()) {
        type = FileMode.S_IFLNK;
        link = entry.getLinkName();
      } else if (entry.isLink()) {
        type = 0;
        String target = clean(entry.getLinkName());
        if (target == null) {
          continue;
        }
        link = target;
      } else if (entry.isCharacterDevice() || entry.isBlockDevice()) {
        type = entry.isCharacterDevice() ? FileMode.S_IFCHR : FileMode.S_IFBLK;
        rdev = DeviceNumber.of(entry.getDevMajor(), entry.getDevMinor());
      } else if (entry.isFIFO()) {
        type = FileMode.S_IFIFO;
      } else if (entry.isFile()) {
        type = FileMode.S_IFREG;
      } else {
        continue;
      }
      long modified = entry.getLastModifiedTime().toMillis() * 1_000_000;
      add(
          path,
          type == 0 ? 0 : type | (entry.getMode() & 07777),
          (int) entry.getLongUserId(),
          (int) entry.getLongGroupId(),
          modified,
          rdev,
          link,
          type == FileMode.S_IFREG ? tar : null);
    }
  }

  private void cpio(InputStream in) throws IOException {
    CpioArchiveInputStream cpio = new CpioArchiveInputStream(in, BYTES);
    java.util.Map<String, String> hardLinks = new java.util.HashMap<>();
    for (CpioArchiveEntry entry = cpio.getNextEntry(); entry != null; entry = cpio.getNextEntry()) {
      String path = clean(entry.getName());
      if (path == null) {
        continue;
      }
      int mode = (int) entry.getMode();
      int type = mode & FileMode.S_IFMT;
      String link = "";
      if (type == FileMode.S_IFLNK) {
        byte[] target = cpio.readNBytes((int) Math.min(entry.getSize(), MAX_LINK));
        link = new String(target, StandardCharsets.ISO_8859_1);
      }
      long rdev = 0;
      if (type == FileMode.S_IFCHR || type == FileMode.S_IFBLK) {
        rdev = DeviceNumber.of((int) entry.getRemoteDeviceMaj(), (int) entry.getRemoteDeviceMin());
      }
      if (type == FileMode.S_IFREG && entry.getNumberOfLinks() > 1) {
        // The contents of a file with several names come with one of them.
        String key = entry.getDeviceMaj() + ":" + entry.getDeviceMin() + ":" + entry.getInode();
        String first = hardLinks.putIfAbsent(key, path);
        if (first != null && entry.getSize() == 0) {
          add(path, 0, 0, 0, 0, 0, first, null);
          continue;
        }
      }
      add(
          path,
          mode,
          (int) entry.getUID(),
          (int) entry.getGID(),
          entry.getTime() * 1_000_000_000,
          rdev,
          link,
          type == FileMode.S_IFREG ? cpio : null);
    }
  }

  private void add(
      String path,
      int mode,
      int uid,
      int gid,
      long modified,
      long rdev,
      String link,
      @Nullable InputStream data)
      throws IOException {
    if (entries.size() >= MAX_ENTRIES) {
      throw new IOException("the image has too many files");
    }
    long offset = written;
    if (data != null) {
      copy(data);
    }
    entries.add(
        new ImageEntry(path, mode, uid, gid, modified, written - offset, offset, rdev, link));
  }

  private void copy(InputStream data) throws IOException {
    for (int count = data.read(buffer); count >= 0; count = data.read(buffer)) {
      written += count;
      if (written > MAX_BYTES) {
        throw new IOException("the image is too large");
      }
      try {
        contents.write(buffer, 0, count);
      } catch (IOException e) {
        throw new IOException("cannot be unpacked: " + e.getMessage(), e);
      }
    }
  }

  /// A path inside the image, or null for one that tries to leave it.
  private static @Nullable String clean(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..") || part.indexOf('\0') >= 0 || part.length() > 255) {
        return null;
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }
}
