package dev.forklift.engine.memory;

import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The memory that one guest process sees.
///
/// An abstract class and not an interface so that HotSpot can bind calls directly while only one
/// lowering is loaded. Addresses are `long`; a 32-bit guest passes them zero-extended. Loads and
/// stores are in the guest's byte order, may be misaligned and may cross pages; an aligned access
/// is never torn. They throw [GuestFault] before anything happened.
///
/// Loads, stores and compare-and-exchange are for threads that run guest code: between
/// [Sharer#enter] and [Sharer#leave] of a sharer that [#join] gave, unless only one thread uses the
/// space at all. Everything else may be called by any thread that is not in there.
///
/// Mapping calls take page-aligned addresses and lengths (the kernel has checked them), and are
/// serialised by the space itself. Those that take something away wait until every other sharer has
/// passed a safe point: the caller holds no lock that guest code or a page fault may wait for.
public abstract class AddressSpace {
  /// The binary logarithm of the page size.
  public abstract int pageShift();

  public abstract ByteOrder byteOrder();

  /// The first address that a guest can never map.
  public abstract long limit();

  // Loads: sign-extended to 64 bits for the forms that the caller does not mask itself.

  /// Loads a byte, zero-extended.
  public abstract int load8(long address);

  /// Loads two bytes, zero-extended.
  public abstract int load16(long address);

  public abstract int load32(long address);

  public abstract long load64(long address);

  public abstract void store8(long address, int value);

  public abstract void store16(long address, int value);

  public abstract void store32(long address, int value);

  public abstract void store64(long address, long value);

  /// Stores `replacement` where `expected` stands, atomically; a full fence either way.
  ///
  /// @return what stood there before
  public abstract int compareExchange32(long address, int expected, int replacement);

  /// The 64-bit form of [#compareExchange32].
  public abstract long compareExchange64(long address, long expected, long replacement);

  // For the kernel.

  /// Copies guest memory out. Throws [GuestFault] at the first byte that cannot be read; what came
  /// before it has been copied.
  public abstract void read(long address, byte[] destination, int offset, int length);

  /// Copies into guest memory. Throws [GuestFault] at the first byte that cannot be written; what
  /// came before it has been copied.
  public abstract void write(long address, byte[] source, int offset, int length);

  /// Reads whatever is mapped, whether readable or not (ptrace, core dumps).
  public abstract void peek(long address, byte[] destination, int offset, int length);

  /// Writes whatever is mapped, whether writable or not: private pages are copied first, read-only
  /// shared ones refuse (ptrace, the loader).
  public abstract void poke(long address, byte[] source, int offset, int length);

  /// [#compareExchange32] for a thread that is not running guest code. Throws as a store does, and
  /// [GuestFault.Kind#MISALIGNED].
  public abstract int exchange32(long address, int expected, int replacement);

  /// Lets one more task run guest code here. `interrupt`, called by any thread, makes it come to a
  /// safe point soon and [Sharer#leave].
  public abstract Sharer join(Runnable interrupt);

  // Mapping.

  /// Maps pages, replacing what was there. `file` null means private anonymous memory, zero-filled.
  public abstract void map(
      long start,
      long length,
      int protection,
      @Nullable MemoryFile file,
      long offset,
      boolean shared,
      @Nullable Object tag);

  /// Removes whatever is mapped in the range.
  public abstract void unmap(long start, long length);

  /// Changes the permissions of everything mapped in the range.
  public abstract void protect(long start, long length, int protection);

  /// Moves mapped pages, with what they hold, to another place, replacing what was there.
  public abstract void move(long from, long to, long length);

  /// Forgets the private contents of the range: anonymous memory reads as zero again, private
  /// copies of file pages as the file (MADV_DONTNEED).
  public abstract void discard(long start, long length);

  /// Replaces the tag of everything mapped in the range.
  public abstract void retag(long start, long length, @Nullable Object tag);

  /// All regions, in address order. A snapshot.
  public abstract List<Region> regions();

  /// The region at `address`, or null.
  public abstract @Nullable Region regionAt(long address);

  /// The lowest region whose end lies above `address`, or null: it contains `address` or is the
  /// next one above.
  public abstract @Nullable Region regionAtOrAbove(long address);

  /// Number of pages that hold memory of their own or of a file, for RSS.
  public abstract long residentPages();

  /// Says whether the page at `address` could be touched without making or reading one: it is
  /// there, or its file has it (mincore).
  public abstract boolean isResident(long address);

  /// Returns after every sharer has passed a safe point: what one did before, all see from then on.
  public abstract void barrier();

  /// A copy for a child: shared regions stay shared, private memory is copied (on write). Nobody
  /// has joined it. Throws [GuestFault] when there is no memory for its tables.
  public abstract AddressSpace fork();

  /// Gives everything back. No thread may use the space afterwards.
  public abstract void release();

  // Compiled code's own way to memory.

  /// The table of what may be loaded from straight away, for [TableAccess]. It changes under the
  /// same rules as what the space's own methods find.
  public abstract long[][] @Nullable [] readableTable();

  /// The table of what may be stored to straight away.
  public abstract long[][] @Nullable [] writableTable();

  /// The host's address at which the guest's address 0 stands in the window of the space, for
  /// [WindowAccess]; or of one that permits nothing. 0 if there are no windows for such spaces.
  public abstract long window();

  /// Where a table begins on the host that has a number of 64 bits for each page: what has to be
  /// added to an address to load from there, for [DistanceAccess]; 0 if it cannot be loaded from
  /// straight away. 0 if there is no such table.
  public long loadDistances() {
    return 0;
  }

  /// The same for stores.
  public long storeDistances() {
    return 0;
  }

  /// An access could not be made through the window, and so many others before: brings the page
  /// into it if possible, opening it if need be. A safe point.
  ///
  /// @return whether the page stands in the window now
  public abstract boolean bringIn(long address);

  // Code.

  /// The code page at `pc`, which must be executable; throws [GuestFault] otherwise.
  ///
  /// Valid until the next safe point: whoever executes asks again for every block. A call is itself
  /// a safe point.
  public abstract CodePage codePage(long pc);

  /// The code page at `pc` if it can be told at once, which is no safe point.
  public abstract @Nullable CodePage shownCode(long pc);

  /// Changes whenever a page of code is taken away or replaced, to a number that no other space of
  /// the kernel has or had. Code found while it was this may be run while it is this, unless it was
  /// dropped.
  public abstract long codeEpoch();

  /// The bits of [#codeEpoch] that matter for what was found at `pc`, where some of it can never be
  /// taken away.
  public long codeMask(long pc) {
    return -1;
  }

  /// Changes whenever [#codeEpoch] does, or code is dropped. Code that keeps running without asking
  /// for its [CodePage] again compares it behind fences and from time to time.
  public abstract long mapEpoch();
}
