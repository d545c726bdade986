package dev.forklift.kernel.fs.image;

import dev.forklift.kernel.fs.tmpfs.Origin;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Images that have been unpacked, by the hash of their contents.
public final class ImageCache {
  static final String UNFINISHED = "unpacking";
  private static final Duration FORGOTTEN = Duration.ofHours(6);

  private final Path folder;
  private final Consumer<String> progress;

  /// @param folder where unpacked images are kept; made if it is not there. Where it cannot be
  ///   written, an image is unpacked anew each time
  /// @param progress told in a line what takes long
  public ImageCache(Path folder, Consumer<String> progress) {
    this.folder = folder;
    this.progress = progress;
  }

  /// The root directory of an image.
  ///
  /// @throws IOException with a message for the user if it cannot be read or is no image
  public Origin root(Path image) throws IOException {
    String hash = new ImageHash(folder).of(image);
    Path contents = folder.resolve(hash + ".contents");
    Path index = folder.resolve(hash + ".index");
    Origin known = read(contents, index);
    if (known != null) {
      return known;
    }
    if (!canWrite()) {
      progress.accept(
          "unpacking "
              + image.getFileName()
              + "; it cannot be kept, for "
              + folder
              + " cannot be written ...");
      return unpackOnce(image);
    }
    progress.accept("unpacking " + image.getFileName() + ", once ...");
    removeForgotten();
    unpack(image, contents, index);
    Origin unpacked = read(contents, index);
    if (unpacked == null) {
      throw new IOException("cannot be read back from " + folder);
    }
    return unpacked;
  }

  /// Opens what has been unpacked; null if it is not there, not whole, or cannot be read.
  private static @Nullable Origin read(Path contents, Path index) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(contents);
    } catch (FileSystemException e) {
      return null;
    }
    try {
      List<ImageEntry> entries = ImageIndex.read(index, channel.size());
      if (entries != null) {
        return ImageTree.of(entries, channel);
      }
    } catch (FileSystemException e) {
      // Not finished, or not ours to read.
    }
    channel.close();
    return null;
  }

  private boolean canWrite() {
    try {
      Files.createDirectories(folder);
      return Files.isWritable(folder);
    } catch (IOException e) {
      return false;
    }
  }

  private void unpack(Path image, Path contents, Path index) throws IOException {
    Path partContents = Files.createTempFile(folder, UNFINISHED, ".contents");
    Path partIndex = Files.createTempFile(folder, UNFINISHED, ".index");
    try {
      List<ImageEntry> entries = ImageReader.read(image, partContents);
      ImageIndex.write(partIndex, entries, Files.size(partContents));
      // The index last: who finds it finds the contents too.
      Files.move(partContents, contents, StandardCopyOption.ATOMIC_MOVE);
      Files.move(partIndex, index, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partContents);
      Files.deleteIfExists(partIndex);
    }
  }

  /// Into a file that is gone when this process ends.
  private static Origin unpackOnce(Path image) throws IOException {
    Path contents = Files.createTempFile("forklift", ".contents");
    List<ImageEntry> entries;
    try {
      entries = ImageReader.read(image, contents);
    } catch (IOException e) {
      Files.deleteIfExists(contents);
      throw e;
    }
    return ImageTree.of(
        entries,
        FileChannel.open(contents, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE));
  }

  /// Removes what was never finished, long ago.
  private void removeForgotten() throws IOException {
    Instant limit = Instant.now().minus(FORGOTTEN);
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(folder, UNFINISHED + "*")) {
      for (Path file : unfinished) {
        try {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
            Files.deleteIfExists(file);
          }
        } catch (NoSuchFileException e) {
          // Finished meanwhile.
        }
      }
    }
  }
}
