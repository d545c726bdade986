package dev.forklift.kernel.vfs;

import dev.forklift.kernel.vfs.Sharing.OfCopy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Mounts that hang from each other. As deep as a guest likes, so nothing here uses recursion.
final class MountTree {
  private MountTree() {}

  /// A mount with all below it, parents before children.
  static List<Mount> of(Mount top) {
    List<Mount> all = new ArrayList<>();
    Deque<Mount> open = new ArrayDeque<>(List.of(top));
    while (!open.isEmpty()) {
      Mount mount = open.pop();
      all.add(mount);
      for (int i = mount.children().size() - 1; i >= 0; i--) {
        open.push(mount.children().get(i));
      }
    }
    return all;
  }

  /// A tree that has been copied, and which mount became which.
  record Copy(Mount top, Map<Mount, Mount> counterparts) {}

  /// Copies one mount, or what of it is at and below `root`.
  static Copy copyOne(Mount original, Dentry root, OfCopy kind) {
    Mount copy = original.copy(root, kind);
    return new Copy(copy, new HashMap<>(Map.of(original, copy)));
  }

  /// Copies a mount, or what of it is at and below `root`, with all mounts there.
  ///
  /// @param omitted which mounts are left out, with all below them
  static Copy copy(Mount original, Dentry root, OfCopy kind, Predicate<Mount> omitted) {
    Copy copy = copyOne(original, root, kind);
    List<Mount> below = of(original);
    for (Mount child : below.subList(1, below.size())) {
      VfsPath place = child.mountpoint();
      Mount parent = place == null ? null : copy.counterparts().get(place.mount());
      if (place == null || parent == null || omitted.test(child)) {
        continue;
      }
      if (parent != copy.top() || place.dentry().isWithin(root)) {
        Mount childCopy = child.copy(child.root(), kind);
        childCopy.setLocked(child.isLocked());
        copy.counterparts().put(child, childCopy);
        childCopy.attach(null, new VfsPath(parent, place.dentry()));
      }
    }
    return copy;
  }

  /// Takes all of a tree out of wherever it is.
  static void detach(Mount top) {
    of(top).reversed().forEach(Mount::detach);
  }

  /// Says whether a mount is `other` or hangs below it.
  static boolean isWithin(Mount mount, Mount other) {
    Mount at = mount;
    while (at != other) {
      VfsPath up = at.mountpoint();
      if (up == null) {
        return false;
      }
      at = up.mount();
    }
    return true;
  }

  /// Says whether a place lies at or below another.
  static boolean isBelow(VfsPath place, VfsPath top) {
    VfsPath at = place;
    while (at.mount() != top.mount()) {
      VfsPath up = at.mount().mountpoint();
      if (up == null) {
        return false;
      }
      at = up;
    }
    return at.dentry().isWithin(top.dentry());
  }
}
