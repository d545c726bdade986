package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.NewInode;

/// A symbolic link of the host. Where it points is looked up in the guest.
final class HostSymlink extends HostInode {
  HostSymlink(
      HostFileSystem host,
      HostDirectory parent,
      String name,
      HostStatus status,
      long ino,
      NewInode shown) {
    super(host, parent, name, status, ino, shown);
  }

  @Override
  public String readlink(Caller caller) throws Errno {
    try {
      return requireParent().folder().readlink(name());
    } catch (Errno e) {
      // Something else has taken its place.
      throw e == Errno.EINVAL ? Errno.ESTALE : e;
    }
  }
}
