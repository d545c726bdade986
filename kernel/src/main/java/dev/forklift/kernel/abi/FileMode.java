package dev.forklift.kernel.abi;

/// The bits of `st_mode` (inode(7)).
public final class FileMode {
  // spotless:off
  public static final int S_IFMT   = 0xf000;
  public static final int S_IFSOCK = 0xc000;
  public static final int S_IFLNK  = 0xa000;
  public static final int S_IFREG  = 0x8000;
  public static final int S_IFBLK  = 0x6000;
  public static final int S_IFDIR  = 0x4000;
  public static final int S_IFCHR  = 0x2000;
  public static final int S_IFIFO  = 0x1000;
  public static final int S_ISUID  = 0x800;
  public static final int S_ISGID  = 0x400;
  public static final int S_ISVTX  = 0x200;
  public static final int S_IRWXU  = 0x1c0;
  public static final int S_IXUGO  = 0x49;
  public static final int S_IXGRP  = 0x8;
  // spotless:on

  /// Permissions with set-user-ID, set-group-ID and sticky bit: what chmod(2) can change.
  public static final int PERMISSIONS = 0xfff;

  private FileMode() {}

  public static boolean isDirectory(int mode) {
    return (mode & S_IFMT) == S_IFDIR;
  }

  public static boolean isRegular(int mode) {
    return (mode & S_IFMT) == S_IFREG;
  }

  public static boolean isSymlink(int mode) {
    return (mode & S_IFMT) == S_IFLNK;
  }

  public static boolean isFifo(int mode) {
    return (mode & S_IFMT) == S_IFIFO;
  }

  public static boolean isSocket(int mode) {
    return (mode & S_IFMT) == S_IFSOCK;
  }

  /// Says whether it is a character or block device.
  public static boolean isDevice(int mode) {
    return (mode & S_IFMT) == S_IFCHR || (mode & S_IFMT) == S_IFBLK;
  }

  /// The `d_type` of getdents64(2).
  public static int directoryType(int mode) {
    return (mode & S_IFMT) >> 12;
  }
}
