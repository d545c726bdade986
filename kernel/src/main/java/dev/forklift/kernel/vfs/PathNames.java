package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import org.jspecify.annotations.Nullable;

/// The way back from a place to a root.
///
/// @param text the name
/// @param reachable whether the climb met the root it was to start from
public record PathNames(String text, boolean reachable) {

  /// The name of `path` as seen from `root`.
  public static PathNames of(VfsPath path, VfsPath root) {
    StringBuilder name = new StringBuilder();
    Mount mount = path.mount();
    Dentry dentry = path.dentry();
    while (mount != root.mount() || dentry != root.dentry()) {
      if (dentry == mount.root()) {
        VfsPath mountpoint = mount.mountpoint();
        if (mountpoint == null) {
          return new PathNames(name.isEmpty() ? "/" : name.toString(), false);
        }
        mount = mountpoint.mount();
        dentry = mountpoint.dentry();
        continue;
      }
      Dentry parent = dentry.parent();
      if (parent == null) {
        return new PathNames(name.isEmpty() ? "/" : name.toString(), false);
      }
      name.insert(0, dentry.name()).insert(0, '/');
      dentry = parent;
    }
    return new PathNames(name.isEmpty() ? "/" : name.toString(), true);
  }

  /// What getcwd(2) answers.
  static String currentFolder(FsContext fs) throws Errno {
    VfsPath folder = fs.cwd();
    if (folder.dentry().isUnlinked()) {
      throw Errno.ENOENT;
    }
    PathNames names = of(folder, fs.root());
    return names.reachable() ? names.text() : "(unreachable)" + names.text();
  }

  /// The inode that `..` of a directory shows in its listing.
  static Inode parentOf(VfsPath directory) {
    @Nullable Dentry parent = directory.dentry().parent();
    return parent == null ? directory.inode() : parent.inode();
  }
}
