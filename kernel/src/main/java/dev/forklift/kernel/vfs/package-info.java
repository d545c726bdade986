/// The virtual file system: inodes, dentries, mounts, path walking, open files, descriptor tables.
package dev.forklift.kernel.vfs;
