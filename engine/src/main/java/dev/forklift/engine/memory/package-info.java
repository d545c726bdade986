/// Guest memory: pages, files of memory, address spaces.
///
/// An [AddressSpace][dev.forklift.engine.memory.AddressSpace] is what the guest's loads and stores
/// go through. It also keeps the list of what is mapped where, so that splitting and merging of
/// regions is said once, for every lowering; the Linux side of a mapping travels along as a tag.
///
/// A page of memory is a [Frame][dev.forklift.engine.memory.Frame]: a `long[]` on the Java heap. A
/// thread that still holds a frame after another one unmapped it writes into memory that nobody
/// sees, never into memory that now belongs to somebody else; the garbage collector is the
/// shootdown. Files and shared memory are [MemoryFile][dev.forklift.engine.memory.MemoryFile]s:
/// frames that several spaces map.
package dev.forklift.engine.memory;
