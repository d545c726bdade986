/// Puts a kernel together from its parts and boots it: the file systems, the first tasks, the
/// program.
package dev.forklift.kernel.machine;
