package dev.forklift.kernel.fs.image;

/// One file of an image.
///
/// @param path names separated by `/`, without `.`, `..` or an empty one; the root is empty
/// @param mode type and permissions
/// @param modifyTime nanoseconds since 1970
/// @param size bytes of contents
/// @param offset where they are in the file of contents
/// @param link where a symbolic link points, or the path of the entry that a hard link is another
///   name of (then `mode` is 0)
record ImageEntry(
    String path,
    int mode,
    int uid,
    int gid,
    long modifyTime,
    long size,
    long offset,
    long rdev,
    String link) {

  /// Whether this is another name of a file rather than a file.
  boolean isHardLink() {
    return mode == 0;
  }
}
