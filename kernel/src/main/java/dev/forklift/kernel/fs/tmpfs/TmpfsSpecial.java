package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.kernel.vfs.NewInode;

/// A device, FIFO or socket: a name for something that lives elsewhere.
final class TmpfsSpecial extends TmpfsInode {
  TmpfsSpecial(Tmpfs tmpfs, long ino, NewInode attributes) {
    super(tmpfs, ino, attributes);
  }
}
