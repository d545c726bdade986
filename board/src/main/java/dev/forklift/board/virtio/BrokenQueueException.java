package dev.forklift.board.virtio;

/// A driver wrote into a queue what must not be there. The device cannot go on before it is reset.
public final class BrokenQueueException extends Exception {
  private static final long serialVersionUID = 1L;

  public BrokenQueueException(String message) {
    // Guests can do this as often as they like.
    super(message, null, false, false);
  }
}
