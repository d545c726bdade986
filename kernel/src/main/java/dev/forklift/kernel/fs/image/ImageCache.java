package dev.forklift.kernel.fs.image;

import dev.forklift.kernel.fs.tmpfs.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/// Images that have been unpacked, by the hash of their contents.
public final class ImageCache {
  private final Path folder;
  private final Consumer<String> progress;

  /// @param folder where unpacked images are kept; made if it is not there
  /// @param progress told in a line what takes long
  public ImageCache(Path folder, Consumer<String> progress) {
    this.folder = folder;
    this.progress = progress;
  }

  /// The root directory of an image.
  ///
  /// @throws IOException with a message for the user if it cannot be read or is no image
  public Origin root(Path image) throws IOException {
    String hash = hash(image);
    Path contents = folder.resolve(hash + ".contents");
    Path index = folder.resolve(hash + ".index");
    if (!Files.isRegularFile(index)) {
      progress.accept("unpacking " + image.getFileName() + ", once ...");
      unpack(image, contents, index);
    }
    return ImageTree.of(ImageIndex.read(index), contents);
  }

  private void unpack(Path image, Path contents, Path index) throws IOException {
    Files.createDirectories(folder);
    Path partContents = Files.createTempFile(folder, "unpacking", ".contents");
    Path partIndex = Files.createTempFile(folder, "unpacking", ".index");
    try {
      List<ImageEntry> entries = ImageReader.read(image, partContents);
      ImageIndex.write(partIndex, entries);
      // The index last: who finds it finds the contents too.
      Files.move(partContents, contents, StandardCopyOption.ATOMIC_MOVE);
      Files.move(partIndex, index, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partContents);
      Files.deleteIfExists(partIndex);
    }
  }

  private static String hash(Path image) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = new DigestInputStream(Files.newInputStream(image), digest)) {
      while (in.read(buffer) >= 0) {
        // The digest sees what passes.
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
