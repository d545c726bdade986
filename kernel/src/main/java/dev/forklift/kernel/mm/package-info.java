/// The memory of a process: `mm_struct`, and what system calls do with it.
///
/// [Mm][dev.forklift.kernel.mm.Mm] is an address space with Linux's rules: what may be mapped
/// where, what is counted, what a fault means. Pages and regions themselves are the engine's
/// ([AddressSpace][dev.forklift.engine.memory.AddressSpace]); what Linux remembers of a region
/// travels as its tag, a [Vma][dev.forklift.kernel.mm.Vma].
/// [UserMemory][dev.forklift.kernel.mm.UserMemory] is how system calls read and write it, with
/// EFAULT.
///
/// Everything here runs under the kernel lock.
package dev.forklift.kernel.mm;
