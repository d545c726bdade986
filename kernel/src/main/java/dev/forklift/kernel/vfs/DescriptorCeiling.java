package dev.forklift.kernel.vfs;

/// The largest number that a table of descriptors may ever have, whatever RLIMIT_NOFILE says
/// (`fs.nr_open`). One for all tables of a kernel.
public final class DescriptorCeiling {
  private static final int DEFAULT = 1 << 20;

  private int value = DEFAULT;

  public int value() {
    return value;
  }

  public void set(int newValue) {
    value = newValue;
  }
}
