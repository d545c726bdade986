package dev.forklift.engine.host;

/// What the host says about a file. Times are nanoseconds since 1970.
public record HostStatus(
    long device,
    long ino,
    int mode,
    int nlink,
    int uid,
    int gid,
    long size,
    long blocks,
    long accessTime,
    long modifyTime,
    long changeTime,
    long birthTime) {
  /// The bits of `mode` that say what kind of file it is.
  private static final int TYPE = 0170000;

  /// Says whether `other` describes the same file, perhaps at another time.
  public boolean isSameFile(HostStatus other) {
    return device == other.device
        && ino == other.ino
        && birthTime == other.birthTime
        && (mode & TYPE) == (other.mode & TYPE);
  }

  /// Says whether the contents can have changed between the two.
  public boolean hasSameContents(HostStatus other) {
    return size == other.size && modifyTime == other.modifyTime && changeTime == other.changeTime;
  }
}
