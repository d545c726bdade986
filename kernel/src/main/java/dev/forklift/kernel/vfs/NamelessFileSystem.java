package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.FileMode;

/// A file system without a tree: what pipes, sockets and other anonymous files are on.
public final class NamelessFileSystem extends FileSystem {
  private final long magic;

  /// @param magic what statfs(2) tells
  public NamelessFileSystem(FileSystems systems, String type, long magic) {
    super(systems, type);
    this.magic = magic;
  }

  /// An inode number for a new file.
  public long newFileNumber() {
    return newIno();
  }

  /// A file with nothing to it but attributes.
  public Inode plainInode(NewInode attributes) {
    return plainInode(newIno(), attributes);
  }

  /// The same with a number that [#newFileNumber] gave.
  public Inode plainInode(long ino, NewInode attributes) {
    return new PlainInode(this, ino, attributes);
  }

  @Override
  protected Inode rootInode() {
    return new PlainInode(this, newIno(), new NewInode(FileMode.S_IFDIR | 0555, 0, 0, 0));
  }

  @Override
  public FileSystemStatus status() {
    return FileSystemStatus.simple(magic, blockSize());
  }

  private static final class PlainInode extends Inode {
    PlainInode(FileSystem fileSystem, long ino, NewInode attributes) {
      super(fileSystem, ino, attributes);
    }
  }
}
