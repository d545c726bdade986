package dev.forklift.kernel.signal;

/// What a process wants done with a signal (sigaction(2)).
///
/// @param handler user address, or [#SIG_DFL] or [#SIG_IGN]
/// @param flags `SA_*`
/// @param mask signals blocked while the handler runs
/// @param restorer user address that the handler returns to, where SA_RESTORER says so
public record SigAction(long handler, long flags, long mask, long restorer) {
  public static final long SIG_DFL = 0;
  public static final long SIG_IGN = 1;

  public static final long SA_NOCLDSTOP = 1;
  public static final long SA_NOCLDWAIT = 2;
  public static final long SA_SIGINFO = 4;
  public static final long SA_UNSUPPORTED = 0x400;
  public static final long SA_EXPOSE_TAGBITS = 0x800;
  public static final long SA_RESTORER = 0x04000000;
  public static final long SA_ONSTACK = 0x08000000;
  public static final long SA_RESTART = 0x10000000;
  public static final long SA_NODEFER = 0x40000000;
  public static final long SA_RESETHAND = 0x80000000L;

  /// The default action, with nothing else set.
  public static final SigAction DEFAULT = new SigAction(SIG_DFL, 0, 0, 0);

  public boolean isDefault() {
    return handler == SIG_DFL;
  }

  public boolean isIgnore() {
    return handler == SIG_IGN;
  }

  public boolean has(long flag) {
    return (flags & flag) != 0;
  }
}
