/// POSIX message queues (mq_overview(7)): the queues, who waits at them, and the file system that
/// shows them.
package dev.forklift.kernel.mqueue;
