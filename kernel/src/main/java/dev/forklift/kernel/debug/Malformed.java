package dev.forklift.kernel.debug;

/// A file contradicts itself.
final class Malformed extends Exception {
  private static final long serialVersionUID = 1L;

  Malformed(String what) {
    super(what, null, false, false);
  }
}
