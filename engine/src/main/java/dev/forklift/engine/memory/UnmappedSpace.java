package dev.forklift.engine.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An address space whose map is made by the guest itself, so that nobody here maps anything: the
/// calls of our own kernel are all refused.
abstract class UnmappedSpace extends AddressSpace {
  private static IllegalStateException refused() {
    return new IllegalStateException("a machine's memory is mapped by what runs on it");
  }

  @Override
  public final int exchange32(long address, int expected, int replacement) {
    throw refused();
  }

  @Override
  public final Sharer join(Runnable interrupt) {
    throw refused();
  }

  @Override
  public final void map(
      long start,
      long length,
      int protection,
      @Nullable MemoryFile file,
      long offset,
      boolean shared,
      @Nullable Object tag) {
    throw refused();
  }

  @Override
  public final void unmap(long start, long length) {
    throw refused();
  }

  @Override
  public final void protect(long start, long length, int protection) {
    throw refused();
  }

  @Override
  public final void move(long from, long to, long length) {
    throw refused();
  }

  @Override
  public final void discard(long start, long length) {
    throw refused();
  }

  @Override
  public final void retag(long start, long length, @Nullable Object tag) {
    throw refused();
  }

  @Override
  public final List<Region> regions() {
    throw refused();
  }

  @Override
  public final @Nullable Region regionAt(long address) {
    throw refused();
  }

  @Override
  public final @Nullable Region regionAtOrAbove(long address) {
    throw refused();
  }

  @Override
  public final long residentPages() {
    throw refused();
  }

  @Override
  public final boolean isResident(long address) {
    throw refused();
  }

  @Override
  public final void barrier() {
    throw refused();
  }

  @Override
  public final AddressSpace fork() {
    throw refused();
  }

  @Override
  public final void release() {}

  @Override
  public long window() {
    return 0;
  }

  @Override
  public boolean bringIn(long address) {
    return false;
  }
}
