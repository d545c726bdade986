package dev.forklift.kernel.futex;

/// A futex as a system call names it.
///
/// @param address where the word is in the caller's memory
/// @param shared whether other processes may use it: without FUTEX_PRIVATE_FLAG
public record Futex(long address, boolean shared) {
  /// Set in the word of a lock by those who wait for it: the owner must ask the kernel to unlock.
  public static final int WAITERS = 0x8000_0000;

  /// Set in the word of a lock whose owner ended without unlocking it.
  public static final int OWNER_DIED = 0x4000_0000;

  /// The bits of a lock's word that hold its owner's tid.
  public static final int TID_MASK = 0x3fff_ffff;

  /// The bit set that meets every other.
  public static final int MATCH_ANY = -1;
}
