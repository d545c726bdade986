package dev.forklift.kernel.abi;

/// Numbers of fcntl(2), flock(2), lseek(2) and fallocate(2), as asm-generic has them.
public final class Fcntl {
  // spotless:off
  public static final int F_DUPFD         = 0;
  public static final int F_GETFD         = 1;
  public static final int F_SETFD         = 2;
  public static final int F_GETFL         = 3;
  public static final int F_SETFL         = 4;
  public static final int F_GETLK         = 5;
  public static final int F_SETLK         = 6;
  public static final int F_SETLKW        = 7;
  public static final int F_SETOWN        = 8;
  public static final int F_GETOWN        = 9;
  public static final int F_SETSIG        = 10;
  public static final int F_GETSIG        = 11;
  public static final int F_GETLK64       = 12;
  public static final int F_SETLK64       = 13;
  public static final int F_SETLKW64      = 14;
  public static final int F_SETOWN_EX     = 15;
  public static final int F_GETOWN_EX     = 16;
  public static final int F_OFD_GETLK     = 36;
  public static final int F_OFD_SETLK     = 37;
  public static final int F_OFD_SETLKW    = 38;
  public static final int F_SETLEASE      = 1024;
  public static final int F_GETLEASE      = 1025;
  public static final int F_NOTIFY        = 1026;
  public static final int F_DUPFD_QUERY   = 1027;
  public static final int F_CREATED_QUERY = 1028;
  public static final int F_DUPFD_CLOEXEC = 1030;
  public static final int F_SETPIPE_SZ    = 1031;
  public static final int F_GETPIPE_SZ    = 1032;
  public static final int F_ADD_SEALS     = 1033;
  public static final int F_GET_SEALS     = 1034;

  public static final int FD_CLOEXEC = 1;

  public static final int F_RDLCK = 0;
  public static final int F_WRLCK = 1;
  public static final int F_UNLCK = 2;

  public static final int LOCK_SH = 1;
  public static final int LOCK_EX = 2;
  public static final int LOCK_NB = 4;
  public static final int LOCK_UN = 8;

  public static final int SEEK_SET  = 0;
  public static final int SEEK_CUR  = 1;
  public static final int SEEK_END  = 2;
  public static final int SEEK_DATA = 3;
  public static final int SEEK_HOLE = 4;

  public static final int F_SEAL_SEAL         = 0x01;
  public static final int F_SEAL_SHRINK       = 0x02;
  public static final int F_SEAL_GROW         = 0x04;
  public static final int F_SEAL_WRITE        = 0x08;
  public static final int F_SEAL_FUTURE_WRITE = 0x10;
  public static final int F_SEAL_EXEC         = 0x20;
  public static final int F_ALL_SEALS         = 0x3f;

  public static final int FALLOC_FL_KEEP_SIZE      = 0x01;
  public static final int FALLOC_FL_PUNCH_HOLE     = 0x02;
  public static final int FALLOC_FL_COLLAPSE_RANGE = 0x08;
  public static final int FALLOC_FL_ZERO_RANGE     = 0x10;
  public static final int FALLOC_FL_INSERT_RANGE   = 0x20;
  public static final int FALLOC_FL_UNSHARE_RANGE  = 0x40;
  // spotless:on

  private Fcntl() {}
}
