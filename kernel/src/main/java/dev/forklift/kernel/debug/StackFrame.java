package dev.forklift.kernel.debug;

import org.jspecify.annotations.Nullable;

/// One function on a stack.
///
/// @param pc where it runs, or for a caller, where it goes on
/// @param place what stands there, or null if nothing is mapped
/// @param signal whether it was interrupted by a signal, whose handler is the frame before
record StackFrame(long pc, AddressNames.@Nullable Place place, boolean signal) {}
