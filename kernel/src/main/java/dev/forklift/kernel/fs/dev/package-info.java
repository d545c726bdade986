/// Memory devices (null(4), random(4)) and the file system /dev.
package dev.forklift.kernel.fs.dev;
