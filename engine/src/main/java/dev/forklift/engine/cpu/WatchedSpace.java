package dev.forklift.engine.cpu;

import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.engine.memory.Region;
import dev.forklift.engine.memory.Sharer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An address space as guest code sees it while some of it is watched: accesses to that fail, with
/// a fault of this space's own.
final class WatchedSpace extends AddressSpace {
  private final AddressSpace space;
  private final StopPoints points;
  private GuestFault hit = new GuestFault(GuestFault.Kind.PROTECTED, 0, Access.READ);

  WatchedSpace(AddressSpace space, StopPoints points) {
    this.space = space;
    this.points = points;
  }

  /// The fault thrown last for something watched; tells from others by identity.
  GuestFault hit() {
    return hit;
  }

  private void check(long address, long length, Access access) {
    long watched = points.watched(address, length, access);
    if (watched >= 0) {
      hit = new GuestFault(GuestFault.Kind.PROTECTED, watched, access);
      throw hit;
    }
  }

  @Override
  public int load8(long address) {
    check(address, 1, Access.READ);
    return space.load8(address);
  }

  @Override
  public int load16(long address) {
    check(address, 2, Access.READ);
    return space.load16(address);
  }

  @Override
  public int load32(long address) {
    check(address, 4, Access.READ);
    return space.load32(address);
  }

  @Override
  public long load64(long address) {
    check(address, 8, Access.READ);
    return space.load64(address);
  }

  @Override
  public void store8(long address, int value) {
    check(address, 1, Access.WRITE);
    space.store8(address, value);
  }

  @Override
  public void store16(long address, int value) {
    check(address, 2, Access.WRITE);
    space.store16(address, value);
  }

  @Override
  public void store32(long address, int value) {
    check(address, 4, Access.WRITE);
    space.store32(address, value);
  }

  @Override
  public void store64(long address, long value) {
    check(address, 8, Access.WRITE);
    space.store64(address, value);
  }

  @Override
  public int compareExchange32(long address, int expected, int replacement) {
    check(address, 4, Access.READ);
    check(address, 4, Access.WRITE);
    return space.compareExchange32(address, expected, replacement);
  }

  @Override
  public long compareExchange64(long address, long expected, long replacement) {
    check(address, 8, Access.READ);
    check(address, 8, Access.WRITE);
    return space.compareExchange64(address, expected, replacement);
  }

  // All else is as without watching.

  @Override
  public int pageShift() {
    return space.pageShift();
  }

  @Override
  public ByteOrder byteOrder() {
    return space.byteOrder();
  }

  @Override
  public long limit() {
    return space.limit();
  }

  @Override
  public void read(long address, byte[] destination, int offset, int length) {
    space.read(address, destination, offset, length);
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    space.write(address, source, offset, length);
  }

  @Override
  public void peek(long address, byte[] destination, int offset, int length) {
    space.peek(address, destination, offset, length);
  }

  @Override
  public void poke(long address, byte[] source, int offset, int length) {
    space.poke(address, source, offset, length);
  }

  @Override
  public int exchange32(long address, int expected, int replacement) {
    return space.exchange32(address, expected, replacement);
  }

  @Override
  public Sharer join(Runnable interrupt) {
    return space.join(interrupt);
  }

  @Override
  public void map(
      long start,
      long length,
      int protection,
      @Nullable MemoryFile file,
      long offset,
      boolean shared,
      @Nullable Object tag) {
    space.map(start, length, protection, file, offset, shared, tag);
  }

  @Override
  public void unmap(long start, long length) {
    space.unmap(start, length);
  }

  @Override
  public void protect(long start, long length, int protection) {
    space.protect(start, length, protection);
  }

  @Override
  public void move(long from, long to, long length) {
    space.move(from, to, length);
  }

  @Override
  public void discard(long start, long length) {
    space.discard(start, length);
  }

  @Override
  public void retag(long start, long length, @Nullable Object tag) {
    space.retag(start, length, tag);
  }

  @Override
  public List<Region> regions() {
    return space.regions();
  }

  @Override
  public @Nullable Region regionAt(long address) {
    return space.regionAt(address);
  }

  @Override
  public @Nullable Region regionAtOrAbove(long address) {
    return space.regionAtOrAbove(address);
  }

  @Override
  public long residentPages() {
    return space.residentPages();
  }

  @Override
  public boolean isResident(long address) {
    return space.isResident(address);
  }

  @Override
  public void barrier() {
    space.barrier();
  }

  @Override
  public AddressSpace fork() {
    return space.fork();
  }

  @Override
  public void release() {
    space.release();
  }

  @Override
  public long[][] @Nullable [] readableTable() {
    throw new IllegalStateException("compiled code does not stop at watched accesses");
  }

  @Override
  public long[][] @Nullable [] writableTable() {
    throw new IllegalStateException("compiled code does not stop at watched accesses");
  }

  @Override
  public long window() {
    throw new IllegalStateException("compiled code does not stop at watched accesses");
  }

  @Override
  public boolean bringIn(long address) {
    return false;
  }

  @Override
  public CodePage codePage(long pc) {
    return space.codePage(pc);
  }

  @Override
  public @Nullable CodePage shownCode(long pc) {
    return space.shownCode(pc);
  }

  @Override
  public long codeEpoch() {
    return space.codeEpoch();
  }

  @Override
  public long codeMask(long pc) {
    return space.codeMask(pc);
  }

  @Override
  public long mapEpoch() {
    return space.mapEpoch();
  }
}
