package dev.forklift.kernel.vfs;

/// What stat(2) tells of an inode. Times are nanoseconds since 1970.
public record FileStatus(
    long device,
    long ino,
    int mode,
    int nlink,
    int uid,
    int gid,
    long rdev,
    long size,
    int blockSize,
    long blocks,
    long accessTime,
    long modifyTime,
    long changeTime,
    long birthTime) {}
