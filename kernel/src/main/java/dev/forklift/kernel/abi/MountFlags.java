package dev.forklift.kernel.abi;

/// Flags of mount(2), umount2(2) and statfs(2).
public final class MountFlags {
  // spotless:off
  public static final int MS_RDONLY      = 0x1;
  public static final int MS_NOSUID      = 0x2;
  public static final int MS_NODEV       = 0x4;
  public static final int MS_NOEXEC      = 0x8;
  public static final int MS_SYNCHRONOUS = 0x10;
  public static final int MS_REMOUNT     = 0x20;
  public static final int MS_NOSYMFOLLOW = 0x100;
  public static final int MS_NOATIME     = 0x400;
  public static final int MS_NODIRATIME  = 0x800;
  public static final int MS_BIND        = 0x1000;
  public static final int MS_MOVE        = 0x2000;
  public static final int MS_REC         = 0x4000;
  public static final int MS_UNBINDABLE  = 0x20000;
  public static final int MS_PRIVATE     = 0x40000;
  public static final int MS_SLAVE       = 0x80000;
  public static final int MS_SHARED      = 0x100000;
  public static final int MS_RELATIME    = 0x200000;
  public static final int MS_STRICTATIME = 0x1000000;

  public static final int MNT_FORCE       = 1;
  public static final int MNT_DETACH      = 2;
  public static final int MNT_EXPIRE      = 4;
  public static final int UMOUNT_NOFOLLOW = 8;

  public static final int ST_VALID    = 0x20;
  public static final int ST_RELATIME = 0x1000;
  // spotless:on

  /// The flags that are a property of one mount rather than of an act of mounting.
  public static final int PER_MOUNT =
      MS_RDONLY
          | MS_NOSUID
          | MS_NODEV
          | MS_NOEXEC
          | MS_NOATIME
          | MS_NODIRATIME
          | MS_NOSYMFOLLOW
          | MS_RELATIME;

  /// Those that make a mount safer.
  public static final int PROTECTING = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

  /// Those that say when reading is noted.
  public static final int ACCESS_TIMES = MS_NOATIME | MS_NODIRATIME | MS_RELATIME;

  private MountFlags() {}
}
