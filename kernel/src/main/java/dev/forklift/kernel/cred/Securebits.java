package dev.forklift.kernel.cred;

/// The secure bits of credentials (PR_SET_SECUREBITS): each switches off a way in which user id 0
/// is special, and has a lock bit above it.
public final class Securebits {
  /// Executing a program as user 0 gives no capabilities.
  public static final int NOROOT = 1;

  /// Changing user ids from or to 0 leaves the capabilities as they are.
  public static final int NO_SETUID_FIXUP = 1 << 2;

  /// Giving up user id 0 keeps the permitted capabilities, until the next execve.
  public static final int KEEP_CAPS = 1 << 4;

  /// [#KEEP_CAPS] cannot be changed.
  public static final int KEEP_CAPS_LOCKED = 1 << 5;

  /// No capability can be raised in the ambient set.
  public static final int NO_CAP_AMBIENT_RAISE = 1 << 6;

  static final int ALL_BITS = NOROOT | NO_SETUID_FIXUP | KEEP_CAPS | NO_CAP_AMBIENT_RAISE;
  static final int ALL_LOCKS = ALL_BITS << 1;

  private Securebits() {}
}
