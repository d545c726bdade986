package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.RegularFile;
import dev.forklift.kernel.vfs.VfsPath;

/// Files of memory without a place in any tree (memfd_create(2)).
public final class MemFds {
  private final Tmpfs tmpfs;

  public MemFds(FileSystems systems, FrameBudget budget) {
    tmpfs = new Tmpfs(systems, "tmpfs", budget, 0777);
  }

  /// Makes one that is not open, for a segment of shared memory.
  ///
  /// @param description what /proc/PID/maps shows of it
  /// @param ino its inode number
  public VfsPath segment(String description, NewInode attributes, long ino, long size)
      throws Errno {
    TmpfsFile inode = new TmpfsFile(tmpfs, ino, attributes, null);
    inode.addLinks(-1);
    inode.setSize(size);
    return tmpfs.nameless(inode, description);
  }

  /// Makes one, open for reading and writing.
  ///
  /// @param name what /proc/PID/fd shows of it
  /// @param sealable whether it takes seals
  /// @param executable whether it may be executed; if not, it is sealed against that
  public OpenFile create(String name, Credentials owner, boolean sealable, boolean executable)
      throws Errno {
    int permissions = executable ? 0777 : 0666;
    Inode inode =
        tmpfs
            .root()
            .inode()
            .makeNameless(
                new NewInode(FileMode.S_IFREG | permissions, owner.fsuid(), owner.fsgid(), 0));
    if (sealable || !executable) {
      ((TmpfsFile) inode).unseal();
    }
    if (!executable) {
      inode.addSeals(Fcntl.F_SEAL_EXEC);
    }
    return new RegularFile(
        tmpfs.nameless(inode, "/memfd:" + name + " (deleted)"), OpenFlags.O_RDWR);
  }
}
