package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;

/// A device, FIFO or socket. Only FIFOs that the guest made itself are of any use to it.
final class HostSpecial extends HostInode {
  HostSpecial(
      HostFileSystem host,
      HostDirectory parent,
      String name,
      HostStatus status,
      long ino,
      NewInode shown) {
    super(host, parent, name, status, ino, shown);
  }

  @Override
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    return switch (mode() & FileMode.S_IFMT) {
      case FileMode.S_IFIFO -> {
        if (!host().isOwnFifo(seen())) {
          throw Errno.ENXIO;
        }
        yield super.open(caller, path, flags);
      }
      case FileMode.S_IFSOCK -> throw Errno.ENXIO;
      default -> throw Errno.EACCES;
    };
  }
}
