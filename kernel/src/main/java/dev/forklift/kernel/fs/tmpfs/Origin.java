package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.engine.memory.MemoryFile;
import java.io.IOException;
import java.util.List;

/// A read-only file of somewhere else (an image, a folder of the host) that a tmpfs starts out
/// with. A tmpfs asks when something is first looked at, and never again.
///
/// A failure shows as EIO, and what failed is asked again the next time.
public interface Origin {
  /// Type and permissions, `st_mode`.
  int mode();

  int uid();

  int gid();

  /// Nanoseconds since 1970.
  long modifyTime();

  /// The device that a device file stands for.
  long rdev();

  /// How many names a file has.
  int nlink();

  /// Equal for two names of one file, if [#nlink] says that there may be several.
  Object identity();

  /// Entries of a directory, in their order.
  List<Entry> children() throws IOException;

  /// Where a symbolic link points.
  String readlink() throws IOException;

  /// Bytes in a regular file.
  long size();

  /// What is in a regular file.
  MemoryFile.Source content() throws IOException;

  /// A name in a directory, one char a byte.
  record Entry(String name, Origin file) {}
}
