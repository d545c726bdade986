package dev.forklift.kernel.fs.host;

import dev.forklift.kernel.abi.FileMode;

/// What the host says about a file. Times are nanoseconds since 1970.
record HostStatus(
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
  /// Says whether `other` describes the same file, perhaps at another time.
  boolean isSameFile(HostStatus other) {
    return device == other.device
        && ino == other.ino
        && birthTime == other.birthTime
        && (mode & FileMode.S_IFMT) == (other.mode & FileMode.S_IFMT);
  }

  /// Says whether the contents can have changed between the two.
  boolean hasSameContents(HostStatus other) {
    return size == other.size && modifyTime == other.modifyTime && changeTime == other.changeTime;
  }
}
