package dev.forklift.kernel.vfs;

/// What a file that is being made starts out with.
///
/// @param mode type and permissions; the umask has been applied
/// @param rdev device number of a device, otherwise 0
public record NewInode(int mode, int uid, int gid, long rdev) {}
