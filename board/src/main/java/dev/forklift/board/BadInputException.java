package dev.forklift.board;

import java.io.IOException;

/// What somebody gave to make a machine of cannot be used. The message is one line for them.
public final class BadInputException extends IOException {
  private static final long serialVersionUID = 1L;

  public BadInputException(String message) {
    super(message);
  }
}
