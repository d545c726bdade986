/// Tasks: how they come into being, run, stop and end.
///
/// A [Task][dev.forklift.kernel.process.Task] is a hub of parts (memory, files, fs, handlers,
/// credentials), each able to `share()` or `fork()` itself. Every task, user process, thread or
/// kernel thread, is made by [KernelClone][dev.forklift.kernel.process.KernelClone].
package dev.forklift.kernel.process;
