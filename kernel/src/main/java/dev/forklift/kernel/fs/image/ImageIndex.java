package dev.forklift.kernel.fs.image;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The list of an unpacked image's entries as a file.
final class ImageIndex {
  private static final int VERSION = 0x464c4902;

  private ImageIndex() {}

  /// Writes the list.
  ///
  /// @param contentsSize bytes in the file of contents
  static void write(Path file, List<ImageEntry> entries, long contentsSize) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(VERSION);
      out.writeLong(contentsSize);
      out.writeInt(entries.size());
      for (ImageEntry entry : entries) {
        writeString(out, entry.path());
        out.writeInt(entry.mode());
        out.writeInt(entry.uid());
        out.writeInt(entry.gid());
        out.writeLong(entry.modifyTime());
        out.writeLong(entry.size());
        out.writeLong(entry.offset());
        out.writeLong(entry.rdev());
        writeString(out, entry.link());
      }
      out.writeInt(VERSION);
    }
  }

  /// Reads what [#write] wrote; null if it is something else, or belongs to other contents.
  static @Nullable List<ImageEntry> read(Path file, long contentsSize) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != VERSION || in.readLong() != contentsSize) {
        return null;
      }
      int count = in.readInt();
      List<ImageEntry> entries = new ArrayList<>(Math.max(0, Math.min(count, 1 << 20)));
      for (int i = 0; i < count; i++) {
        entries.add(
            new ImageEntry(
                readString(in),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                readString(in)));
      }
      return in.readInt() == VERSION ? entries : null;
    } catch (EOFException e) {
      return null;
    }
  }

  private static void writeString(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readString(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new EOFException();
    }
    return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
  }
}
