package dev.forklift.kernel.abi;

/// Flags of open(2), as asm-generic has them.
public final class OpenFlags {
  // spotless:off
  public static final int O_RDONLY    = 0;
  public static final int O_WRONLY    = 1;
  public static final int O_RDWR      = 2;
  public static final int O_ACCMODE   = 3;
  public static final int O_CREAT     = 0x40;
  public static final int O_EXCL      = 0x80;
  public static final int O_NOCTTY    = 0x100;
  public static final int O_TRUNC     = 0x200;
  public static final int O_APPEND    = 0x400;
  public static final int O_NONBLOCK  = 0x800;
  public static final int O_DSYNC     = 0x1000;
  public static final int FASYNC      = 0x2000;
  public static final int O_DIRECT    = 0x4000;
  public static final int O_LARGEFILE = 0x8000;
  public static final int O_DIRECTORY = 0x10000;
  public static final int O_NOFOLLOW  = 0x20000;
  public static final int O_NOATIME   = 0x40000;
  public static final int O_CLOEXEC   = 0x80000;
  public static final int O_SYNC      = 0x101000;
  public static final int O_PATH      = 0x200000;
  public static final int O_TMPFILE   = 0x410000;
  // spotless:on

  /// The bit of O_TMPFILE that is not O_DIRECTORY.
  public static final int O_TMPFILE_BIT = 0x400000;

  /// All flags that open(2) knows.
  public static final int VALID =
      O_ACCMODE
          | O_CREAT
          | O_EXCL
          | O_NOCTTY
          | O_TRUNC
          | O_APPEND
          | O_NONBLOCK
          | O_SYNC
          | FASYNC
          | O_DIRECT
          | O_LARGEFILE
          | O_DIRECTORY
          | O_NOFOLLOW
          | O_NOATIME
          | O_CLOEXEC
          | O_PATH
          | O_TMPFILE;

  /// What F_SETFL may change.
  public static final int SETTABLE = O_APPEND | O_NONBLOCK | FASYNC | O_DIRECT | O_NOATIME;

  private OpenFlags() {}

  public static boolean reads(int flags) {
    int mode = flags & O_ACCMODE;
    return mode == O_RDONLY || mode == O_RDWR;
  }

  public static boolean writes(int flags) {
    int mode = flags & O_ACCMODE;
    return mode == O_WRONLY || mode == O_RDWR;
  }
}
