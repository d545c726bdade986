package dev.forklift.board.boot;

import dev.forklift.board.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// An initial file system made of a folder of the host: a cpio archive of the form `newc`, which
/// Linux unpacks into its first root.
///
/// All belongs to root, as in an archive that is made for this; times are left out, so that the
/// same folder gives the same bytes.
public final class Initramfs {
  private static final String MAGIC = "070701";
  private static final int ALIGNMENT = 4;
  private static final int TYPE_AND_MODE = 0177777;
  private static final int FOLDER = 0040000;
  private static final int FILE = 0100000;
  private static final int LINK = 0120000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int TYPE = 0170000;

  private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
  private int inode = 1;

  private Initramfs() {}

  /// The archive of what is in a folder.
  ///
  /// @throws IOException if something in it cannot be read
  public static byte[] of(Path folder) throws IOException {
    Initramfs result = new Initramfs();
    result.children(folder, "");
    if (!Files.exists(folder.resolve("dev/console"), LinkOption.NOFOLLOW_LINKS)) {
      result.console(folder);
    }
    result.entry("TRAILER!!!", 0, 0, 0, new byte[0]);
    return result.archive.toByteArray();
  }

  private void children(Path folder, String prefix) throws IOException {
    List<Path> children;
    try (Stream<Path> list = Files.list(folder)) {
      children = list.sorted().toList();
    }
    for (Path child : children) {
      String name = prefix + child.getFileName();
      int mode = mode(child);
      switch (mode & TYPE) {
        case FOLDER -> {
          entry(name, mode, 0, 0, new byte[0]);
          children(child, name + "/");
        }
        case FILE -> entry(name, mode, 0, 0, contents(child));
        case LINK -> {
          String target = Files.readSymbolicLink(child).toString();
          entry(name, mode, 0, 0, target.getBytes(StandardCharsets.UTF_8));
        }
        default -> {
          // Sockets and devices of the host mean nothing there.
        }
      }
    }
  }

  /// Without it the first program has no standard streams; who is not root cannot make one.
  private void console(Path folder) {
    if (!Files.isDirectory(folder.resolve("dev"))) {
      entry("dev", FOLDER | 0755, 0, 0, new byte[0]);
    }
    entry("dev/console", CHARACTER_DEVICE | 0600, 5, 1, new byte[0]);
  }

  private static byte[] contents(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (OutOfMemoryError e) {
      throw new BadInputException(file + " is too large for an initial file system");
    }
  }

  private static int mode(Path file) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return attributes.get("mode") instanceof Integer mode ? mode & TYPE_AND_MODE : 0;
  }

  private void entry(String name, int mode, int major, int minor, byte[] contents) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    StringBuilder header = new StringBuilder(MAGIC);
    int[] fields = {
      inode++, mode, 0, 0, 1, 0, contents.length, 0, 0, major, minor, nameBytes.length + 1, 0
    };
    for (int field : fields) {
      header.append("%08x".formatted(field));
    }
    archive.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
    archive.writeBytes(nameBytes);
    archive.write(0);
    align();
    archive.writeBytes(contents);
    align();
  }

  private void align() {
    while (archive.size() % ALIGNMENT != 0) {
      archive.write(0);
    }
  }
}
