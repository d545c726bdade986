package dev.forklift.kernel.vfs;

/// A task's view of the file tree: its root, its current folder, its umask.
public interface FsContext {}
