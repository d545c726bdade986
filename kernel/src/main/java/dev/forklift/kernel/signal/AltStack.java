package dev.forklift.kernel.signal;

/// An alternate signal stack (sigaltstack(2)).
public record AltStack(long address, int flags, long size) {
  public static final int SS_ONSTACK = 1;
  public static final int SS_DISABLE = 2;
  public static final int SS_AUTODISARM = 1 << 31;

  /// No alternate stack.
  public static final AltStack NONE = new AltStack(0, SS_DISABLE, 0);

  /// Says whether a stack pointer lies on it. One that disarms itself is never in use when asked.
  public boolean contains(long sp) {
    return (flags & SS_AUTODISARM) == 0 && sp > address && sp - address <= size;
  }
}
