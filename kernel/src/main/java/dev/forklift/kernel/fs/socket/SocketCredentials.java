package dev.forklift.kernel.fs.socket;

/// `struct ucred`: who is at the other end. User and group are the kernel's ids.
///
/// @param process what the process layer knows the process by
public record SocketCredentials(Object process, int uid, int gid) {}
