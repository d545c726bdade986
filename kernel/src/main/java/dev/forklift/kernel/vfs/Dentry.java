package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A name in a directory, and the inode it leads to.
///
/// A directory has one dentry as long as anybody holds it, so that everybody agrees where it is
/// when it moves. Names are remembered weakly: what nobody holds is looked up again.
public final class Dentry {
  private String name;
  private @Nullable Dentry parent;
  private final Inode inode;
  private boolean unlinked;
  private int mounts;
  private @Nullable Map<String, WeakReference<Dentry>> children;
  private int purgeAt = 64;

  private Dentry(String name, @Nullable Dentry parent, Inode inode) {
    this.name = name;
    this.parent = parent;
    this.inode = inode;
  }

  static Dentry root(Inode inode) {
    return new Dentry("/", null, inode);
  }

  /// A dentry of something that is not in any directory.
  static Dentry nameless(String name, Inode inode) {
    return new Dentry(name, null, inode);
  }

  public String name() {
    return name;
  }

  /// The directory it is in; null at the top.
  public @Nullable Dentry parent() {
    return parent;
  }

  public Inode inode() {
    return inode;
  }

  /// Says whether the name has been removed.
  public boolean isUnlinked() {
    return unlinked;
  }

  boolean isMountpoint() {
    return mounts > 0;
  }

  void addMount() {
    mounts++;
  }

  void removeMount() {
    mounts--;
  }

  /// The entry called `name`, or null.
  @Nullable Dentry child(String childName) throws Errno {
    Dentry known = cached(childName);
    if (known != null && inode.keepsNames()) {
      return known;
    }
    Inode found = inode.lookup(childName);
    if (known != null) {
      if (found == known.inode) {
        return known;
      }
      forget(known);
    }
    return found == null ? null : adopt(childName, found);
  }

  /// Enters a child that has just been made or found.
  Dentry adopt(String childName, Inode child) {
    Dentry dentry = new Dentry(childName, this, child);
    remember(dentry);
    return dentry;
  }

  /// The child's name has been removed.
  void forget(Dentry child) {
    child.unlinked = true;
    if (children != null) {
      children.remove(child.name);
    }
  }

  /// A nameless file gets its first name.
  static Dentry tmpfile(Dentry directory, Inode inode) {
    Dentry dentry = new Dentry("#" + inode.ino(), directory, inode);
    dentry.unlinked = true;
    return dentry;
  }

  /// `child` has been moved to `newParent`.
  void moved(Dentry child, Dentry newParent, String newName) {
    if (children != null) {
      children.remove(child.name);
    }
    child.name = newName;
    child.parent = newParent;
    newParent.remember(child);
  }

  /// Two entries have changed places.
  static void exchanged(Dentry one, Dentry other) {
    String name = one.name;
    Dentry parent = one.parent;
    Dentry otherParent = other.parent;
    if (parent == null || otherParent == null) {
      throw new IllegalStateException("a root cannot be exchanged");
    }
    one.name = other.name;
    one.parent = otherParent;
    other.name = name;
    other.parent = parent;
    otherParent.remember(one);
    parent.remember(other);
  }

  /// Says whether it is `other` or lies below it.
  boolean isWithin(Dentry other) {
    for (Dentry at = this; at != null; at = at.parent) {
      if (at == other) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Dentry cached(String childName) {
    Map<String, WeakReference<Dentry>> known = children;
    if (known == null) {
      return null;
    }
    WeakReference<Dentry> reference = known.get(childName);
    return reference == null ? null : reference.get();
  }

  private void remember(Dentry child) {
    Map<String, WeakReference<Dentry>> known = children;
    if (known == null) {
      known = new HashMap<>();
      children = known;
    }
    if (known.size() >= purgeAt) {
      known.values().removeIf(reference -> reference.refersTo(null));
      purgeAt = Math.max(64, 2 * known.size());
    }
    known.put(child.name, new WeakReference<>(child));
  }
}
