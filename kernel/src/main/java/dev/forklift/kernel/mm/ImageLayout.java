package dev.forklift.kernel.mm;

/// Where the parts of a program image lie: what /proc/PID/stat shows and PR_SET_MM changes.
public record ImageLayout(
    long startCode,
    long endCode,
    long startData,
    long endData,
    long startBrk,
    long startStack,
    long argStart,
    long argEnd,
    long envStart,
    long envEnd) {
  /// What a space without a program has.
  public static final ImageLayout NONE = new ImageLayout(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
