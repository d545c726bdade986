package dev.forklift.kernel.vfs;

import dev.forklift.kernel.vfs.Sharing.OfCopy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What happens below a shared mount happens below its peers and slaves as well, in whatever mount
/// namespace they are.
final class Propagation {
  /// A copy, and where it is to hang.
  record Graft(Mount top, VfsPath place) {}

  /// Slaves that have to be given copies of `source`.
  private record Step(PeerGroup group, Mount source) {}

  private final Mount origin;
  private final Dentry place;

  private Propagation(VfsPath place) {
    this.origin = place.mount();
    this.place = place.dentry();
  }

  /// The copies of a tree that others get when it is mounted at a place on a shared mount.
  static List<Graft> copies(Mount source, VfsPath place) {
    PeerGroup group = place.mount().sharing().group();
    return group == null ? List.of() : new Propagation(place).copies(group, source);
  }

  private List<Graft> copies(PeerGroup group, Mount source) {
    List<Graft> grafts = new ArrayList<>();
    for (Mount peer : group.members()) {
      if (peer != origin) {
        var _ = graft(grafts, peer, source, OfCopy.SAME);
      }
    }
    Deque<Step> open = new ArrayDeque<>(List.of(new Step(group, source)));
    while (!open.isEmpty()) {
      Step step = open.pop();
      Set<PeerGroup> seen = new HashSet<>();
      for (Mount slave : step.group().slaves()) {
        PeerGroup own = slave.sharing().group();
        if (own == null) {
          var _ = graft(grafts, slave, step.source(), OfCopy.SLAVE);
        } else if (seen.add(own)) {
          Mount first = toSlaveGroup(grafts, own, step.source());
          open.push(new Step(own, first == null ? step.source() : first));
        }
      }
    }
    return grafts;
  }

  /// The first copy is a slave of the source, the others are its peers.
  private @Nullable Mount toSlaveGroup(List<Graft> grafts, PeerGroup group, Mount source) {
    Mount first = null;
    for (Mount member : group.members()) {
      Mount copy =
          first == null
              ? graft(grafts, member, source, OfCopy.SHARED_SLAVE)
              : graft(grafts, member, first, OfCopy.SAME);
      first = first == null ? copy : first;
    }
    return first;
  }

  /// Copies a tree for a mount that shows the place at all.
  private @Nullable Mount graft(List<Graft> grafts, Mount on, Mount source, OfCopy kind) {
    if (!shows(on)) {
      return null;
    }
    Mount copy = MountTree.copy(source, source.root(), kind, _ -> false).top();
    grafts.add(new Graft(copy, new VfsPath(on, place)));
    return copy;
  }

  private boolean shows(Mount mount) {
    return mount.isAttached() && !mount.namespace().isAnonymous() && place.isWithin(mount.root());
  }

  /// What hangs at the same place below the peers and slaves of the mount that `mount` hangs from.
  static List<Mount> counterparts(Mount mount) {
    VfsPath place = mount.mountpoint();
    PeerGroup group = place == null ? null : place.mount().sharing().group();
    if (place == null || group == null) {
      return List.of();
    }
    List<Mount> found = new ArrayList<>();
    Set<PeerGroup> seen = new HashSet<>(Set.of(group));
    Deque<PeerGroup> open = new ArrayDeque<>(List.of(group));
    while (!open.isEmpty()) {
      PeerGroup next = open.pop();
      next.members().forEach(member -> addChild(found, member, place, mount));
      for (Mount slave : next.slaves()) {
        PeerGroup own = slave.sharing().group();
        if (own == null) {
          addChild(found, slave, place, mount);
        } else if (seen.add(own)) {
          open.push(own);
        }
      }
    }
    return found;
  }

  private static void addChild(List<Mount> found, Mount on, VfsPath place, Mount except) {
    Mount child = on.childAt(place.dentry());
    if (child != null && child != except) {
      found.add(child);
    }
  }
}
