package dev.forklift.board.cpu;

/// Why a machine does not go on.
///
/// @param reason one line for who asks
/// @param status the exit status that says so
public record Stop(Kind kind, String reason, int status) {
  private static final int FAILED = 1;
  private static final int STATUS_BITS = 0xff;

  /// Whether that was meant so.
  public enum Kind {
    /// It waits for nothing any more: halted, or powered off, which boards without a power switch
    /// do in the same way.
    HALTED(0),
    /// It ended by itself, with a status.
    ENDED(0),
    /// It asked to be started anew.
    RESET(0),
    /// Its kernel has given up.
    PANICKED(FAILED),
    /// It has gone where there is nothing.
    LOST(FAILED),
    /// Whoever runs it has had enough.
    QUIT(0),
    /// Whoever runs it wants to do something before it goes on.
    PAUSED(0),
    /// A debugger's breakpoint is at the next instruction.
    BREAKPOINT(0),
    /// The last instruction has made an access that a debugger watches.
    WATCHPOINT(0);

    private final int status;

    Kind(int status) {
      this.status = status;
    }
  }

  public Stop(Kind kind, String reason) {
    this(kind, reason, kind.status);
  }

  /// It ended by itself. As with processes, eight bits of the status are kept.
  public static Stop ended(int status) {
    int kept = status & STATUS_BITS;
    return new Stop(Kind.ENDED, "ended with status " + kept, kept);
  }

  /// Whether it was not meant so.
  public boolean isFailure() {
    return kind == Kind.PANICKED || kind == Kind.LOST;
  }
}
