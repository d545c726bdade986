package dev.forklift.engine.host;

/// A system call of the host failed, with this number. Without a stack trace: that is an ordinary
/// answer.
public final class HostError extends Exception {
  private static final long serialVersionUID = 1L;

  private final int number;

  public HostError(int number) {
    super("error " + number + " of the host", null, false, false);
    this.number = number;
  }

  /// As errno(3) has it.
  public int number() {
    return number;
  }
}
