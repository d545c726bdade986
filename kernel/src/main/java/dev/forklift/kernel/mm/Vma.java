package dev.forklift.kernel.mm;

import dev.forklift.kernel.vfs.CountsRegions;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What Linux remembers of a region beside its place, permissions and backing memory: the tag of an
/// engine region. Neighbours with equal ones are one region.
///
/// @param flags the constants below
/// @param file the file it shows, or null for anonymous memory
/// @param name what PR_SET_VMA_ANON_NAME called it, or the name of a special region
public record Vma(int flags, @Nullable OpenFile file, @Nullable String name) {
  /// mprotect may allow reading.
  public static final int MAY_READ = 0x10;

  /// mprotect may allow writing.
  public static final int MAY_WRITE = 0x20;

  /// mprotect may allow executing.
  public static final int MAY_EXEC = 0x40;

  /// Mapped with MAP_SHARED, whether it may be written or not.
  public static final int MAY_SHARE = 0x80;

  /// Extends downwards when touched below its start.
  public static final int GROWS_DOWN = 0x100;

  /// Kept in memory (mlock).
  public static final int LOCKED = 0x2000;

  /// Forked children do not get it.
  public static final int DONT_COPY = 0x2_0000;

  /// Cannot grow with mremap.
  public static final int DONT_EXPAND = 0x4_0000;

  /// Locked pages need not be there before they are touched.
  public static final int LOCK_ON_FAULT = 0x8_0000;

  /// Not counted against what may be committed.
  public static final int NO_RESERVE = 0x20_0000;

  /// Part of the program break's region, which is kept apart from its neighbours.
  public static final int HEAP = 0x40_0000;

  /// Left out of core dumps.
  public static final int DONT_DUMP = 0x400_0000;

  /// Forked children find zeros.
  public static final int WIPE_ON_FORK = 0x200_0000;

  /// A page of the kernel's own.
  public static final int SPECIAL = 0x1000_0000;

  /// What mprotect may allow.
  static final int MAY_ALL = MAY_READ | MAY_WRITE | MAY_EXEC;

  /// Plain anonymous memory.
  static final Vma ANONYMOUS = new Vma(MAY_ALL, null, null);

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /// The permissions that mprotect may give, as PROT_* bits.
  int allowedProtection() {
    return (flags & MAY_ALL) >> 4;
  }

  Vma with(int more) {
    return new Vma(flags | more, file, name);
  }

  Vma without(int less) {
    return new Vma(flags & ~less, file, name);
  }

  Vma named(@Nullable String newName) {
    return new Vma(flags, file, newName);
  }

  /// Says whether the file that it shows counts the regions that do so.
  boolean isCounted() {
    return file instanceof CountsRegions;
  }

  /// Says whether another one remembers the same.
  boolean saysTheSameAs(Vma that) {
    return flags == that.flags
        && Objects.equals(file, that.file)
        && Objects.equals(name, that.name);
  }

  // A record's own are made when first used, which is at each start.

  /// Two of a file that counts its regions are never equal, so that nothing joins what was split.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Vma that && !isCounted() && saysTheSameAs(that));
  }

  @Override
  public int hashCode() {
    return (flags * 31 + Objects.hashCode(file)) * 31 + Objects.hashCode(name);
  }
}
