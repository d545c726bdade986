/// A server of GDB's remote serial protocol (GDB manual, appendix E) for one process of a guest.
///
/// [GdbServer][dev.forklift.kernel.gdb.GdbServer] listens and answers; what it does to the process
/// goes through `DebuggedProcess`, a [Tracer][dev.forklift.kernel.process.Tracer].
package dev.forklift.kernel.gdb;
