/// A second CPU, made for tests, and Linux on it: written by copying `dev.forklift.arch.nios2` and
/// filling in the same files.
///
/// Delta is everything that Nios II is not: 64-bit and big-endian, with pages of 8 KiB,
/// instructions of two lengths and delay slots. Its Linux takes clone's arguments in another order
/// (flags, stack, parent's tid, TLS, child's tid), says errors with a carry bit, and answers fork
/// as SPARC does: the child gets its parent's pid, and a second register tells the two apart.
package dev.forklift.verify.delta;
