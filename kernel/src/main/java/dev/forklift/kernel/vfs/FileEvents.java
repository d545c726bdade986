package dev.forklift.kernel.vfs;

/// What is told to those who watch files (inotify(7)).
///
/// Most of it happens to a file under one of its names: then both those who watch the file and
/// those who watch the directory are told.
public final class FileEvents {
  // spotless:off
  public static final int ACCESS        = 0x0000_0001;
  public static final int MODIFY        = 0x0000_0002;
  public static final int ATTRIB        = 0x0000_0004;
  public static final int CLOSE_WRITE   = 0x0000_0008;
  public static final int CLOSE_NOWRITE = 0x0000_0010;
  public static final int OPEN          = 0x0000_0020;
  public static final int MOVED_FROM    = 0x0000_0040;
  public static final int MOVED_TO      = 0x0000_0080;
  public static final int CREATE        = 0x0000_0100;
  public static final int DELETE        = 0x0000_0200;
  public static final int DELETE_SELF   = 0x0000_0400;
  public static final int MOVE_SELF     = 0x0000_0800;
  public static final int UNMOUNT       = 0x0000_2000;
  public static final int ISDIR         = 0x4000_0000;
  // spotless:on

  private FileEvents() {}

  /// Something happened to a file that is known by a name.
  public static void at(VfsPath path, int mask) {
    at(path.dentry(), mask);
  }

  /// An entry of a directory has changed by itself.
  public static void modified(Inode directory, String name, Inode child) {
    in(directory, MODIFY, name, child, 0);
    to(child, MODIFY);
  }

  static void at(Dentry dentry, int mask) {
    Inode inode = dentry.inode();
    Dentry parent = dentry.parent();
    if (parent != null && parent.inode().isWatched()) {
      FileEvent event = new FileEvent(of(inode, mask), 0, dentry.name(), dentry.isUnlinked());
      parent.inode().watches().forEach(watch -> watch.happened(event));
    }
    to(inode, mask);
  }

  /// Something happened to a file, whatever its name.
  static void to(Inode inode, int mask) {
    if (inode.isWatched()) {
      FileEvent event = new FileEvent(of(inode, mask), 0, null, false);
      inode.watches().forEach(watch -> watch.happened(event));
    }
  }

  /// Something happened to an entry of a directory.
  static void in(Inode directory, int mask, String name, Inode child, int cookie) {
    if (directory.isWatched()) {
      FileEvent event = new FileEvent(of(child, mask), cookie, name, false);
      directory.watches().forEach(watch -> watch.happened(event));
    }
  }

  /// An entry has been moved.
  static void moved(
      Inode oldDirectory, String oldName, Inode newDirectory, String newName, Inode child) {
    int cookie = child.fileSystem().systems().newCookie();
    in(oldDirectory, MOVED_FROM, oldName, child, cookie);
    in(newDirectory, MOVED_TO, newName, child, cookie);
  }

  /// An inode has neither name nor user any more.
  static void gone(Inode inode) {
    to(inode, DELETE_SELF);
    inode.endWatches();
  }

  /// Events that are only told to those who watch the file itself do not say what it is.
  private static int of(Inode inode, int mask) {
    boolean says = (mask & (MOVE_SELF | DELETE_SELF)) == 0;
    return says && inode.isDirectory() ? mask | ISDIR : mask;
  }
}
