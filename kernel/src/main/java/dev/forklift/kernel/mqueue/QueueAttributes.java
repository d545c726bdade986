package dev.forklift.kernel.mqueue;

/// How large a queue can become.
///
/// @param messages how many messages there may be in it
/// @param messageBytes how long each may be
public record QueueAttributes(long messages, long messageBytes) {}
