/// Inter-process communication beyond pipes and sockets: what System V and POSIX message queues are
/// made of.
package dev.forklift.kernel.ipc;
