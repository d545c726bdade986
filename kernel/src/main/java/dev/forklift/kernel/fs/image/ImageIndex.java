package dev.forklift.kernel.fs.image;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The list of an unpacked image's entries as a file.
final class ImageIndex {
  private static final int VERSION = 0x464c4901;

  private ImageIndex() {}

  static void write(Path file, List<ImageEntry> entries) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(VERSION);
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
    }
  }

  static List<ImageEntry> read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != VERSION) {
        throw new IOException(file + " is of another version: remove it");
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
      return entries;
    }
  }

  private static void writeString(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readString(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.ISO_8859_1);
  }
}
