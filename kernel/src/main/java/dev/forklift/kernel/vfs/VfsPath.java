package dev.forklift.kernel.vfs;

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
