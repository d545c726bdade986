/// Guest memory: pages, files of memory, address spaces.
///
/// An [AddressSpace][dev.forklift.engine.memory.AddressSpace] is what the guest's loads and stores
/// go through. It also keeps the list of what is mapped where, so that splitting and merging of
/// regions is said once, for every lowering; the Linux side of a mapping travels along as a tag.
///
/// A page of memory is a [Frame][dev.forklift.engine.memory.Frame]: a `long[]` on the Java heap,
/// or, for private pages of processes that run hot code, a place in the process's
/// [Window][dev.forklift.engine.memory.Window]. Files and shared memory are
/// [MemoryFile][dev.forklift.engine.memory.MemoryFile]s: frames that several spaces map.
///
/// What Linux promises needs more than that: no store may be lost when a fork begins to share the
/// page it goes to, and none may come late. Therefore a task that runs guest code does so as a
/// [Sharer][dev.forklift.engine.memory.Sharer], between `enter` and `leave`, and whoever takes
/// something away from a space first gets all of its sharers out of guest code. One task:
///
/// ```java
/// Sharer sharer = space.join(cpu::interrupt);
/// while (alive) {
///   sharer.enter();
///   try {
///     exit = engine.run(cpu, space); // comes back at a safe point after an interrupt
///   } finally {
///     sharer.leave();
///   }
///   answer(exit);
/// }
/// sharer.quit();
/// ```
///
/// Code that was translated is kept with the frame it was made from, one
/// [CodePage][dev.forklift.engine.memory.CodePage] for each address it is seen at. While there is
/// any, every store to that frame, by whichever process, file or kernel, goes through
/// [Frame#store][dev.forklift.engine.memory.Frame] and drops what it hits.
///
/// The inside of the paged lowering:
/// [PagedAddressSpace][dev.forklift.engine.memory.PagedAddressSpace] has the fast paths,
/// [PageTable][dev.forklift.engine.memory.PageTable] and
/// [Window][dev.forklift.engine.memory.Window] what they look into,
/// [Pager][dev.forklift.engine.memory.Pager] the page faults, and
/// [PagedMappings][dev.forklift.engine.memory.PagedMappings] everything that changes the map.
///
/// Locks, outermost first: a file's `flushing` and `resizing`; the stop of a space's sharers; the
/// space's lock (a parent's before its new child's); a file's lock; a frame's monitor; the code
/// cache's monitor. Guest code in a page fault takes the last four, so nobody may hold one of them
/// when stopping sharers.
package dev.forklift.engine.memory;
