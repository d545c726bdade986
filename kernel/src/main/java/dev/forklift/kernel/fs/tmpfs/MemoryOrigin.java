package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.FileMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Files out of Java memory that a tmpfs starts out with: built-in guest programs, tests.
public final class MemoryOrigin implements Origin {
  private final int mode;
  private final byte[] bytes;
  private final Map<String, Origin> children = new LinkedHashMap<>(0);

  private MemoryOrigin(int mode, byte[] bytes) {
    this.mode = mode;
    this.bytes = bytes;
  }

  /// An empty folder.
  public static MemoryOrigin folder(int permissions) {
    return new MemoryOrigin(FileMode.S_IFDIR | permissions, new byte[0]);
  }

  /// A file. The bytes are not copied.
  public static MemoryOrigin file(int permissions, byte[] bytes) {
    return new MemoryOrigin(FileMode.S_IFREG | permissions, bytes);
  }

  /// Puts a file or a folder into this folder.
  ///
  /// @return this folder
  public MemoryOrigin with(String name, Origin file) {
    children.put(name, file);
    return this;
  }

  @Override
  public int mode() {
    return mode;
  }

  @Override
  public int uid() {
    return 0;
  }

  @Override
  public int gid() {
    return 0;
  }

  @Override
  public long modifyTime() {
    return 0;
  }

  @Override
  public long rdev() {
    return 0;
  }

  @Override
  public int nlink() {
    return 1;
  }

  @Override
  public Object identity() {
    return this;
  }

  @Override
  public List<Entry> children() {
    List<Entry> entries = new ArrayList<>(children.size());
    children.forEach((name, file) -> entries.add(new Entry(name, file)));
    return entries;
  }

  @Override
  public String readlink() throws IOException {
    throw new IOException("not a symbolic link");
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public MemoryFile.Source content() {
    return (offset, page) -> {
      int count = (int) Math.max(0, Math.min(page.length, bytes.length - offset));
      if (count > 0) {
        System.arraycopy(bytes, (int) offset, page, 0, count);
      }
    };
  }
}
