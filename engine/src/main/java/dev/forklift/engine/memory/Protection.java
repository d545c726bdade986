package dev.forklift.engine.memory;

/// Permission bits of a region, with the values of `PROT_*` in mmap(2).
public final class Protection {
  public static final int NONE = 0;
  public static final int READ = 1;
  public static final int WRITE = 2;
  public static final int EXECUTE = 4;

  private Protection() {}

  /// Says whether `protection` allows `access`.
  public static boolean allows(int protection, Access access) {
    return switch (access) {
      case READ -> (protection & READ) != 0;
      case WRITE -> (protection & WRITE) != 0;
      case EXECUTE -> (protection & EXECUTE) != 0;
    };
  }
}
