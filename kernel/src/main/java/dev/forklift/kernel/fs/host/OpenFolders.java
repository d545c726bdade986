package dev.forklift.kernel.fs.host;

import dev.forklift.kernel.abi.Errno;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// The open folders of a file system: the top, and those used last.
///
/// What was closed is opened again by its name in the folder above, and must still be the same.
final class OpenFolders {
  /// At least 2: renaming needs two at once.
  private static final int MOST = 128;

  private final HostFolder top;
  private final Map<HostDirectory, HostFolder> open = new LinkedHashMap<>(16, 0.75f, true);

  OpenFolders(HostFolder top) {
    this.top = top;
  }

  HostFolder top() {
    return top;
  }

  /// The open folder of a directory; stays open for as long as at most one other is asked for.
  HostFolder of(HostDirectory directory) throws Errno {
    if (directory.parent() == null) {
      return top;
    }
    HostFolder known = open.get(directory);
    if (known != null) {
      return known;
    }
    Deque<HostDirectory> closed = new ArrayDeque<>();
    HostFolder from = top;
    for (HostDirectory at = directory; at.parent() != null; at = at.requireParent()) {
      HostFolder folder = open.get(at);
      if (folder != null) {
        from = folder;
        break;
      }
      closed.push(at);
    }
    HostFolder reached = from;
    for (HostDirectory next : closed) {
      HostFolder below;
      try {
        below = open(reached, next);
      } finally {
        if (reached != from) {
          reached.close();
        }
      }
      reached = below;
    }
    keep(directory, reached);
    return reached;
  }

  private static HostFolder open(HostFolder above, HostDirectory directory) throws Errno {
    HostFolder opened;
    try {
      opened = above.folder(directory.name());
    } catch (Errno e) {
      throw e == Errno.ENOTDIR || e == Errno.ENOENT ? Errno.ESTALE : e;
    }
    try {
      directory.requireSame(opened.status());
      return opened;
    } catch (Errno e) {
      opened.close();
      throw e;
    }
  }

  private void keep(HostDirectory directory, HostFolder folder) {
    open.put(directory, folder);
    if (open.size() > MOST) {
      Iterator<HostFolder> oldest = open.values().iterator();
      oldest.next().close();
      oldest.remove();
    }
  }

  /// The directory is gone, or was never used again.
  void forget(HostDirectory directory) {
    HostFolder folder = open.remove(directory);
    if (folder != null) {
      folder.close();
    }
  }

  void closeAll() {
    open.values().forEach(HostFolder::close);
    open.clear();
    top.close();
  }
}
