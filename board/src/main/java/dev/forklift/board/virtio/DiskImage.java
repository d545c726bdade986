package dev.forklift.board.virtio;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A file of the host that holds what is on a disk, byte for byte.
public final class DiskImage implements AutoCloseable {
  private final Path path;
  private final FileChannel file;
  private final boolean readOnly;
  private final long size;

  private DiskImage(Path path, FileChannel file, boolean readOnly, long size) {
    this.path = path;
    this.file = file;
    this.readOnly = readOnly;
    this.size = size;
  }

  /// Opens it, and locks it so that two machines do not write to one.
  ///
  /// @throws IOException if it cannot be used
  public static DiskImage open(Path path, boolean readOnly) throws IOException {
    // A FIFO would wait to be opened; a folder can be, and then not read.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new BadInputException(path + ": a disk has to be a regular file");
    }
    Set<StandardOpenOption> options =
        readOnly
            ? Set.of(StandardOpenOption.READ)
            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileChannel file = FileChannel.open(path, options);
    try {
      if (!isLocked(file, readOnly)) {
        throw new BadInputException(path + ": in use as another disk");
      }
      return new DiskImage(path, file, readOnly, file.size());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static boolean isLocked(FileChannel file, boolean shared) throws IOException {
    try {
      FileLock lock = file.tryLock(0, Long.MAX_VALUE, shared);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  boolean isReadOnly() {
    return readOnly;
  }

  /// In bytes; it does not grow.
  long size() {
    return size;
  }

  void read(long position, ByteBuffer into) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int count = file.read(into, at);
      if (count < 0) {
        throw new EOFException("somebody has cut it off");
      }
      at += count;
    }
  }

  void write(long position, ByteBuffer from) throws IOException {
    long at = position;
    while (from.hasRemaining()) {
      at += file.write(from, at);
    }
  }

  /// Waits until all that was written is on the host's disk.
  void flush() throws IOException {
    file.force(false);
  }

  /// Makes sure that it is as it was when the machine was saved, by its size and by when it was
  /// changed last.
  void requireSame(StateFields fields) throws BadInputException {
    try {
      if (!fields.isRestoring() && !readOnly) {
        flush();
      }
      long changed = Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
      boolean sameSize = fields.number(size) == size;
      boolean sameTime = fields.number(changed) == changed;
      if (!sameSize || !sameTime) {
        throw new BadInputException(
            "%s is not the disk that it was then: %s"
                .formatted(path, sameSize ? "it has been changed since" : "its size is another"));
      }
    } catch (BadInputException e) {
      throw e;
    } catch (IOException e) {
      throw new BadInputException(path + ": " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
