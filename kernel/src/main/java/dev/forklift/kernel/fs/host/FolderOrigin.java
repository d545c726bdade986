package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostStatus;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.fs.tmpfs.Origin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A folder of the host as what a tmpfs starts out with: nothing of it is ever changed.
public final class FolderOrigin {
  private static final int MOST_OPEN = 64;

  private final HostFolder top;
  private final HostIdentity identity;

  // Guarded by this: pages are filled by whoever touches them.
  private final Map<Node, HostContents> open = new LinkedHashMap<>(16, 0.75f, true);

  private FolderOrigin(HostFolder top, HostIdentity identity) {
    this.top = top;
    this.identity = identity;
  }

  /// The folder at `path`.
  ///
  /// @throws IOException with a message for the user
  public static Origin of(Path path, HostIdentity identity) throws IOException {
    FolderOrigin origin = new FolderOrigin(HostFolder.open(path), identity);
    try {
      return origin.new Node(null, "", origin.top.status());
    } catch (Errno e) {
      throw new IOException(path + ": " + e.text(), e);
    }
  }

  private synchronized HostContents contents(Node file) throws Errno {
    HostContents known = open.get(file);
    if (known != null) {
      return known;
    }
    HostFolder folder = folder(file.parent);
    try {
      HostContents opened = folder.file(file.name, false);
      if (!file.status.isSameFile(opened.status())) {
        opened.close();
        throw Errno.ESTALE;
      }
      open.put(file, opened);
      if (open.size() > MOST_OPEN) {
        Iterator<HostContents> oldest = open.values().iterator();
        oldest.next().close();
        oldest.remove();
      }
      return opened;
    } finally {
      close(folder);
    }
  }

  /// Opens a folder, name by name from the top.
  private HostFolder folder(@Nullable Node node) throws Errno {
    Deque<Node> way = new ArrayDeque<>();
    for (Node at = node; at != null && at.parent != null; at = at.parent) {
      way.push(at);
    }
    HostFolder reached = top;
    for (Node next : way) {
      HostFolder below;
      try {
        below = reached.folder(next.name);
      } finally {
        close(reached);
      }
      reached = below;
      if (!next.status.isSameFile(reached.status())) {
        close(reached);
        throw Errno.ESTALE;
      }
    }
    return reached;
  }

  private void close(HostFolder folder) {
    if (folder != top) {
      folder.close();
    }
  }

  private final class Node implements Origin {
    private final @Nullable Node parent;
    private final String name;
    private final HostStatus status;

    Node(@Nullable Node parent, String name, HostStatus status) {
      this.parent = parent;
      this.name = name;
      this.status = status;
    }

    @Override
    public int mode() {
      return status.mode();
    }

    @Override
    public int uid() {
      return identity.shownUid(status);
    }

    @Override
    public int gid() {
      return identity.shownGid(status);
    }

    @Override
    public long modifyTime() {
      return status.modifyTime();
    }

    /// Devices of the host are none in the guest.
    @Override
    public long rdev() {
      return 0;
    }

    @Override
    public int nlink() {
      return FileMode.isDirectory(mode()) ? 2 : status.nlink();
    }

    @Override
    public Object identity() {
      return List.of(status.device(), status.ino());
    }

    @Override
    public List<Entry> children() throws IOException {
      List<Entry> children = new ArrayList<>();
      try {
        HostFolder folder = folder(this);
        try {
          for (HostFolder.Entry entry : folder.list()) {
            add(children, folder, entry.name());
          }
        } finally {
          close(folder);
        }
      } catch (Errno e) {
        throw new IOException(name + ": " + e.text(), e);
      }
      return children;
    }

    private void add(List<Entry> children, HostFolder folder, String child) throws Errno {
      try {
        children.add(new Entry(child, new Node(this, child, folder.status(child))));
      } catch (Errno e) {
        if (e != Errno.ENOENT) {
          throw e;
        }
        // Removed meanwhile.
      }
    }

    @Override
    public String readlink() throws IOException {
      try {
        HostFolder folder = folder(parent);
        try {
          return folder.readlink(name);
        } finally {
          close(folder);
        }
      } catch (Errno e) {
        throw new IOException(name + ": " + e.text(), e);
      }
    }

    @Override
    public long size() {
      return status.size();
    }

    @Override
    public MemoryFile.Source content() {
      return this::fill;
    }

    private void fill(long offset, byte[] page) throws IOException {
      synchronized (FolderOrigin.this) {
        try {
          int wanted = (int) Math.max(0, Math.min(page.length, size() - offset));
          int got = contents(this).read(offset, page, 0, wanted);
          if (got == 0 && wanted > 0) {
            throw new IOException(name + ": the host has cut the file short");
          }
        } catch (Errno e) {
          throw new IOException(name + ": " + e.text(), e);
        }
      }
    }
  }
}
