package dev.forklift.kernel.vfs;

import org.jspecify.annotations.Nullable;

/// Something that happened to a watched file, or to a file in a watched directory.
///
/// @param mask what: one of [FileEvents]' constants, with ISDIR if it happened to a directory
/// @param cookie the same for both events of one rename; 0 for others
/// @param name of the entry in the watched directory; null if it happened to the watched file
///   itself
/// @param unlinked whether the entry has no name any more
public record FileEvent(int mask, int cookie, @Nullable String name, boolean unlinked) {}
