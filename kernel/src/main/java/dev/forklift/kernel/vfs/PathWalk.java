package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.PathFlags;
import dev.forklift.kernel.cred.Credentials;
import org.jspecify.annotations.Nullable;

/// Resolves one path name (path_resolution(7)).
///
/// A walk goes first [to the directory][#toParent] that holds the last component; calls that make
/// or remove names act there. [#lookup] goes on to what the name stands for.
public final class PathWalk {
  /// PATH_MAX: bytes of a path with the zero behind it.
  public static final int PATH_MAX = 4096;

  /// NAME_MAX: bytes of one component.
  public static final int NAME_MAX = 255;

  private static final int MAX_SYMLINKS = 40;

  /// What the last component of a path is.
  enum Last {
    NAME,
    DOT,
    DOT_DOT,
    /// There is none: the path is "/".
    ROOT,
    /// There is none: a link led straight to an object.
    JUMP
  }

  private final Caller caller;
  private final Credentials who;
  private final VfsPath root;
  private final int resolve;
  private final boolean scoped;
  private VfsPath at;
  private Last last = Last.ROOT;
  private String name = "";
  private boolean trailingSlash;
  private int symlinks;

  /// @param start where relative paths begin; null is the current folder
  /// @param resolve RESOLVE_* flags of openat2(2)
  public PathWalk(Caller caller, Credentials who, @Nullable VfsPath start, int resolve) {
    this.caller = caller;
    this.who = who;
    this.resolve = resolve;
    this.at = start == null ? caller.fs().cwd() : start;
    this.scoped = (resolve & (PathFlags.RESOLVE_BENEATH | PathFlags.RESOLVE_IN_ROOT)) != 0;
    this.root = scoped ? at : caller.fs().root();
  }

  public PathWalk(Caller caller, @Nullable VfsPath start) {
    this(caller, caller.credentials(), start, 0);
  }

  /// What `path` stands for.
  ///
  /// @param follow whether to follow a symbolic link in the last component
  public static VfsPath lookup(Caller caller, @Nullable VfsPath start, String path, boolean follow)
      throws Errno {
    return new PathWalk(caller, start).lookup(path, follow);
  }

  /// What `path` stands for.
  public VfsPath lookup(String path, boolean follow) throws Errno {
    toParent(path);
    while (true) {
      VfsPath found = last();
      if (found == null) {
        throw Errno.ENOENT;
      }
      if (last == Last.NAME && found.inode().isSymlink() && (follow || trailingSlash)) {
        follow(found);
        continue;
      }
      if (trailingSlash && !found.inode().isDirectory()) {
        throw Errno.ENOTDIR;
      }
      return found;
    }
  }

  /// Goes to the directory of the last component.
  void toParent(String path) throws Errno {
    if (path.isEmpty()) {
      throw Errno.ENOENT;
    }
    if (path.length() >= PATH_MAX) {
      throw Errno.ENAMETOOLONG;
    }
    walk(path);
  }

  private void walk(String path) throws Errno {
    String rest = path;
    int position = 0;
    last = Last.ROOT;
    name = "";
    trailingSlash = false;
    if (rest.charAt(0) == '/') {
      // Where the walk begins is no crossing, whatever file system the start would be on.
      toRoot(false);
    }
    while (true) {
      while (position < rest.length() && rest.charAt(position) == '/') {
        position++;
      }
      if (position == rest.length()) {
        return;
      }
      int end = rest.indexOf('/', position);
      String component = rest.substring(position, end < 0 ? rest.length() : end);
      position = end < 0 ? rest.length() : end;
      checkSearch();
      last = kindOf(component);
      name = component;
      int next = position;
      while (next < rest.length() && rest.charAt(next) == '/') {
        next++;
      }
      if (next == rest.length()) {
        trailingSlash = next > position;
        return;
      }
      VfsPath found = last();
      if (found == null) {
        throw Errno.ENOENT;
      }
      if (found.inode().isSymlink()) {
        String target = step(found);
        if (target != null) {
          rest = target + "/" + rest.substring(next);
          position = 0;
          continue;
        }
      } else {
        at = found;
      }
      if (!at.inode().isDirectory()) {
        throw Errno.ENOTDIR;
      }
      position = next;
    }
  }

  /// Follows a symbolic link that is the last component; the walk is then at the parent of what it
  /// points to.
  void follow(VfsPath link) throws Errno {
    boolean slash = trailingSlash;
    String target = step(link);
    if (target == null) {
      last = Last.JUMP;
      trailingSlash = slash;
      return;
    }
    walk(slash ? target + "/" : target);
  }

  /// Goes where a link points. `at` is the directory that it is in, or for a jump the target.
  ///
  /// @return the path to go on with, or null after a jump
  private @Nullable String step(VfsPath link) throws Errno {
    if (++symlinks > MAX_SYMLINKS || (resolve & PathFlags.RESOLVE_NO_SYMLINKS) != 0) {
      throw Errno.ELOOP;
    }
    if (link.mount().has(MountFlags.MS_NOSYMFOLLOW)) {
      throw Errno.ELOOP;
    }
    Inode inode = link.inode();
    VfsPath magic = inode.magicTarget(caller);
    if (magic != null) {
      if ((resolve & PathFlags.RESOLVE_NO_MAGICLINKS) != 0) {
        throw Errno.ELOOP;
      }
      if (scoped) {
        throw Errno.EXDEV;
      }
      checkCrossing(magic);
      at = magic;
      return null;
    }
    String target = inode.readlink(caller);
    if (!link.mount().isReadOnly()) {
      inode.touchAccessed();
    }
    if (target.isEmpty()) {
      throw Errno.ENOENT;
    }
    if (target.charAt(0) == '/') {
      toRoot(true);
    }
    return target;
  }

  /// What the last component stands for, links not followed; null if there is nothing.
  @Nullable VfsPath last() throws Errno {
    return switch (last) {
      case ROOT, DOT, JUMP -> at;
      case DOT_DOT -> parent();
      case NAME -> {
        Dentry child = lastDentry();
        if (child == null) {
          yield null;
        }
        VfsPath found = MountNamespace.topmost(new VfsPath(at.mount(), child));
        checkCrossing(found);
        yield found;
      }
    };
  }

  /// The entry that the last component names, what is mounted there not considered.
  @Nullable Dentry lastDentry() throws Errno {
    if (name.length() > NAME_MAX) {
      throw Errno.ENAMETOOLONG;
    }
    return at.dentry().child(name);
  }

  /// The directory of the last component.
  VfsPath directory() {
    return at;
  }

  Last lastKind() {
    return last;
  }

  String lastName() {
    return name;
  }

  boolean hasTrailingSlash() {
    return trailingSlash;
  }

  private VfsPath parent() throws Errno {
    VfsPath from = at;
    while (!from.equals(root)) {
      if (from.dentry() != from.mount().root()) {
        Dentry up = from.dentry().parent();
        VfsPath found = MountNamespace.topmost(up == null ? from : new VfsPath(from.mount(), up));
        checkCrossing(found);
        return found;
      }
      VfsPath mountpoint = from.mount().mountpoint();
      if (mountpoint == null) {
        return from;
      }
      from = mountpoint;
    }
    if ((resolve & PathFlags.RESOLVE_BENEATH) != 0) {
      throw Errno.EXDEV;
    }
    return MountNamespace.topmost(from);
  }

  private void toRoot(boolean isCrossing) throws Errno {
    if ((resolve & PathFlags.RESOLVE_BENEATH) != 0) {
      throw Errno.EXDEV;
    }
    if (isCrossing) {
      checkCrossing(root);
    }
    at = root;
  }

  private void checkCrossing(VfsPath found) throws Errno {
    if ((resolve & PathFlags.RESOLVE_NO_XDEV) != 0 && found.mount() != at.mount()) {
      throw Errno.EXDEV;
    }
  }

  /// A component is looked for in a directory that the caller may search.
  private void checkSearch() throws Errno {
    Inode directory = at.inode();
    if (!directory.isDirectory()) {
      throw Errno.ENOTDIR;
    }
    Permissions.check(who, directory, Permissions.EXECUTE);
  }

  private static Last kindOf(String component) {
    return switch (component) {
      case "." -> Last.DOT;
      case ".." -> Last.DOT_DOT;
      default -> Last.NAME;
    };
  }
}
