package dev.forklift.kernel.fs.anon;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.nio.ByteOrder;
import java.util.BitSet;

/// Where a kernel's anonymous files are: they share one inode, and are told apart by what they are.
public final class AnonymousFiles {
  private static final long MAGIC = 0x09041934;

  private final NamelessFileSystem fileSystem;
  private final Inode inode;
  private final BitSet eventFileIds = new BitSet();

  public AnonymousFiles(FileSystems systems) {
    fileSystem = new NamelessFileSystem(systems, "anon_inodefs", MAGIC);
    inode = fileSystem.plainInode(new NewInode(0600, 0, 0, 0));
  }

  /// The place of an anonymous file of a kind, such as `eventfd`.
  public VfsPath path(String kind) {
    return fileSystem.nameless(inode, "anon_inode:[" + kind + "]");
  }

  /// Makes an eventfd.
  ///
  /// @param flags O_NONBLOCK counts
  /// @param semaphore whether reading takes one at a time
  public OpenFile eventFile(long initial, int flags, boolean semaphore, ByteOrder order)
      throws Errno {
    return new EventFile(path("eventfd"), flags, initial, semaphore, order, eventFileIds);
  }

  /// Makes an epoll instance.
  public EpollFile epollFile() throws Errno {
    return new EpollFile(path("eventpoll"));
  }
}
