package dev.forklift.kernel.vfs;

/// What statfs(2) tells of a file system. Sizes are in blocks of `blockSize`.
public record FileSystemStatus(
    long magic,
    int blockSize,
    long blocks,
    long blocksFree,
    long files,
    long filesFree,
    long fileSystemId,
    int nameLength) {

  /// A file system that counts nothing.
  public static FileSystemStatus simple(long magic, int blockSize) {
    return new FileSystemStatus(magic, blockSize, 0, 0, 0, 0, 0, 255);
  }
}
