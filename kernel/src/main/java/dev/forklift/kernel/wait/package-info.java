/// Sleeping, waking and time.
///
/// Kernel code of one [KernelLock][dev.forklift.kernel.wait.KernelLock]'s kernel runs under that
/// lock, like early Linux: system calls never see each other half done. Guest code runs without it.
/// Every sleep gives it up, and every sleep goes through
/// [Sleeper][dev.forklift.kernel.wait.Sleeper] and (but for futexes, which have their own order)
/// [WaitQueue][dev.forklift.kernel.wait.WaitQueue]; every clock is a
/// [KernelClock][dev.forklift.kernel.wait.KernelClock].
///
/// Lock order: the kernel lock, then an address space's own lock, then a frame's. What happens on
/// the host and may take long (reading a terminal, resolving a name) happens on a thread that does
/// not hold the kernel lock.
package dev.forklift.kernel.wait;
