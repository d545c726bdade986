package dev.forklift.kernel.cred;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// How the ids of a user namespace stand for other ids (user_namespaces(7), "User and group ID
/// mappings"). Immutable. Ids are unsigned; -1 is none.
public final class IdMap {
  /// In place of an id that is not mapped.
  public static final int NONE = -1;

  /// How many extents a map has at most.
  public static final int MAX_EXTENTS = 340;

  /// Up to so many extents are shown in the order in which they were written, more are sorted
  /// (`UID_GID_MAP_MAX_BASE_EXTENTS`).
  private static final int KEPT_IN_ORDER = 5;

  /// Maps nothing: what a new namespace begins with.
  public static final IdMap EMPTY = new IdMap(List.of());

  /// Maps every id to itself: that of the first namespace.
  public static final IdMap IDENTITY = new IdMap(List.of(new Extent(0, 0, -1)));

  /// `count` ids from `inside` on stand for those from `outside` on. Neither range goes beyond the
  /// largest id.
  public record Extent(int inside, int outside, int count) {
    boolean overlaps(Extent other) {
      return overlap(inside, count, other.inside, other.count)
          || overlap(outside, count, other.outside, other.count);
    }

    private static boolean overlap(int first, int count, int otherFirst, int otherCount) {
      return Integer.compareUnsigned(first, otherFirst + otherCount - 1) <= 0
          && Integer.compareUnsigned(otherFirst, first + count - 1) <= 0;
    }
  }

  private final List<Extent> extents;

  private IdMap(List<Extent> extents) {
    this.extents = extents;
  }

  static IdMap of(List<Extent> extents) {
    List<Extent> ordered = new ArrayList<>(extents);
    if (ordered.size() > KEPT_IN_ORDER) {
      ordered.sort(Comparator.comparing(Extent::inside, Integer::compareUnsigned));
    }
    return new IdMap(List.copyOf(ordered));
  }

  public List<Extent> extents() {
    return extents;
  }

  public boolean isEmpty() {
    return extents.isEmpty();
  }

  /// What an id stands for, or [#NONE].
  public int down(int id) {
    return down(id, 1);
  }

  /// What the first of `count` ids stands for, if all of them stand for a row; or [#NONE].
  int down(int first, int count) {
    for (Extent extent : extents) {
      int offset = first - extent.inside;
      if (Integer.compareUnsigned(offset, extent.count) < 0
          && Integer.compareUnsigned(count, extent.count - offset) <= 0) {
        return extent.outside + offset;
      }
    }
    return NONE;
  }

  /// The id that stands for another one, or [#NONE].
  public int up(int id) {
    for (Extent extent : extents) {
      int offset = id - extent.outside;
      if (Integer.compareUnsigned(offset, extent.count) < 0) {
        return extent.inside + offset;
      }
    }
    return NONE;
  }
}
