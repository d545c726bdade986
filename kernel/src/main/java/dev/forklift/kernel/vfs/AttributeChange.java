package dev.forklift.kernel.vfs;

import org.jspecify.annotations.Nullable;

/// Attributes that an inode is to take on, permission having been checked; null leaves one as it
/// is.
public record AttributeChange(
    @Nullable Integer mode,
    @Nullable Integer uid,
    @Nullable Integer gid,
    @Nullable Long accessTime,
    @Nullable Long modifyTime) {

  /// A change of the permission bits.
  public static AttributeChange ofMode(int mode) {
    return new AttributeChange(mode, null, null, null, null);
  }
}
