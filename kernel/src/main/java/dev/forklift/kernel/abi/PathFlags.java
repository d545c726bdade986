package dev.forklift.kernel.abi;

/// Flags of calls that take a path: AT_*, RESOLVE_* and RENAME_*.
public final class PathFlags {
  // spotless:off
  public static final int AT_FDCWD            = -100;
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_EACCESS          = 0x200;
  public static final int AT_REMOVEDIR        = 0x200;
  public static final int AT_SYMLINK_FOLLOW   = 0x400;
  public static final int AT_NO_AUTOMOUNT     = 0x800;
  public static final int AT_EMPTY_PATH       = 0x1000;
  public static final int AT_STATX_SYNC_TYPE  = 0x6000;

  public static final int RESOLVE_NO_XDEV       = 0x01;
  public static final int RESOLVE_NO_MAGICLINKS = 0x02;
  public static final int RESOLVE_NO_SYMLINKS   = 0x04;
  public static final int RESOLVE_BENEATH       = 0x08;
  public static final int RESOLVE_IN_ROOT       = 0x10;
  public static final int RESOLVE_CACHED        = 0x20;
  public static final int RESOLVE_VALID         = 0x3f;

  public static final int RENAME_NOREPLACE = 1;
  public static final int RENAME_EXCHANGE  = 2;
  public static final int RENAME_WHITEOUT  = 4;
  // spotless:on

  private PathFlags() {}
}
