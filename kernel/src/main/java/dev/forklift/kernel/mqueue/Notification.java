package dev.forklift.kernel.mqueue;

/// What a process wants done when a message comes to its empty queue (mq_notify(3)).
///
/// @param owner the process id
/// @param kind `sigev_notify`
/// @param signal sent with kind SIGEV_SIGNAL, otherwise 0
/// @param told does it
/// @param forgotten what is done instead when the process does not want it any more
public record Notification(Object owner, int kind, int signal, Runnable told, Runnable forgotten) {}
