/// Futexes (futex(2)): sleeping until a word of user memory changes.
///
/// A [Futex][dev.forklift.kernel.futex.Futex] is what a system call names; its
/// [FutexKey][dev.forklift.kernel.futex.FutexKey] is what it is, equal in every process that maps
/// the same memory. [Futexes][dev.forklift.kernel.futex.Futexes] keeps those who wait, first come
/// first served; [PiFutexes][dev.forklift.kernel.futex.PiFutexes] has the operations on locks whose
/// word holds the owner's tid. Tasks are seen through
/// [FutexUser][dev.forklift.kernel.futex.FutexUser] only.
///
/// Everything here runs under the kernel lock. A waiter reads the word and queues itself without
/// giving the lock up in between, and whoever changed the word takes the lock to wake, so no
/// wake-up is lost. Guest code changes words without the lock: what must not change underneath is
/// changed by compare-and-exchange.
package dev.forklift.kernel.futex;
