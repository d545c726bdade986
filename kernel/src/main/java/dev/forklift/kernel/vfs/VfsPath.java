package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import org.jspecify.annotations.Nullable;

/// A place in the tree of all mounts.
public record VfsPath(Mount mount, Dentry dentry) {
  public Inode inode() {
    return dentry.inode();
  }

  /// Keeps inode and mount alive, whatever happens to their names.
  public void hold() {
    inode().hold();
    mount.hold();
  }

  /// What a name in the folder of this stands for, mounts considered; null if there is none, or if
  /// this is all of its mount.
  public @Nullable VfsPath beside(String name) throws Errno {
    Dentry folder = dentry == mount.root() ? null : dentry.parent();
    Dentry found = folder == null ? null : folder.child(name);
    return found == null ? null : MountNamespace.topmost(new VfsPath(mount, found));
  }

  /// Where it hangs, for what is the top of its own mount, as a file that is bound somewhere.
  public VfsPath withoutOwnMount() {
    VfsPath at = this;
    for (VfsPath up = at.mount.mountpoint();
        up != null && at.dentry == at.mount.root();
        up = at.mount.mountpoint()) {
      at = up;
    }
    return at;
  }

  /// Takes one [#hold] back.
  public void drop() {
    inode().drop();
    mount.drop();
  }

  /// The name that leads here from `root`, as /proc shows it: with " (deleted)" behind it if it is
  /// gone, and for what has no place in the tree its own description.
  public String display(VfsPath root) {
    if (mount.isNameless()) {
      return dentry.name();
    }
    String name = PathNames.of(this, root).text();
    return dentry.isUnlinked() ? name + " (deleted)" : name;
  }
}
