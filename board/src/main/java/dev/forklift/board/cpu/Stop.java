package dev.forklift.board.cpu;

/// Why a machine does not go on.
///
/// @param reason one line for who asks
public record Stop(Kind kind, String reason) {
  /// Whether that was meant so.
  public enum Kind {
    /// It waits for nothing any more: halted, or powered off, which boards without a power switch
    /// do in the same way.
    HALTED,
    /// It asked to be started anew.
    RESET,
    /// It has gone where there is nothing.
    LOST,
    /// Whoever runs it has had enough.
    QUIT
  }
}
