package dev.forklift.arch.nios2;

/// Where a CPU goes.
///
/// @param reset when it is switched on
/// @param exception for nearly everything
/// @param fastTlbMiss for a page that the TLB does not have
record Nios2Vectors(long reset, long exception, long fastTlbMiss) {}
