package dev.forklift.kernel.futex;

/// What makes two futexes the same one.
///
/// @param home the file of memory that the word lies in, or the address space for private memory;
///   compared by identity
/// @param offset the place in the file, or the address
/// @param shared whether the futex was named as a shared one: as on Linux, private and shared calls
///   on the same word of private memory do not meet
public record FutexKey(Object home, long offset, boolean shared) {}
