/// The file system /proc (proc(5)): processes and the kernel as files.
///
/// Nothing here is kept: files are written when they are read. A [ProcInode] of a process knows its
/// [dev.forklift.kernel.process.Pid] only, and finds the task anew each time, or ESRCH.
package dev.forklift.kernel.proc;
