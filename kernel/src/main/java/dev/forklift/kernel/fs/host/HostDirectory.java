package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A folder of the host.
final class HostDirectory extends HostInode {
  private static final long FIRST_POSITION = 2;

  /// The entries of the last listing by a number that stays the same as long as the name is there,
  /// so that whoever lists while others begin anew sees every lasting entry once.
  private @Nullable NavigableMap<Long, HostFolder.Entry> listed;

  private Map<String, Long> numbers = new HashMap<>();
  private long nextNumber = FIRST_POSITION;

  HostDirectory(
      HostFileSystem host,
      @Nullable HostDirectory parent,
      String name,
      HostStatus status,
      long ino,
      NewInode shown) {
    super(host, parent, name, status, ino, shown);
  }

  /// The open folder, to be used before another is asked for.
  HostFolder folder() throws Errno {
    return host().folders().of(this);
  }

  @Override
  HostStatus ask() throws Errno {
    return parent() == null ? folder().status() : super.ask();
  }

  @Override
  void setPermissions(int permissions) throws Errno {
    if (parent() == null) {
      folder().setPermissions(permissions);
    } else {
      super.setPermissions(permissions);
    }
  }

  @Override
  void setHostTimes(@Nullable Long access, @Nullable Long modify) throws Errno {
    if (parent() == null) {
      folder().setTimes(access, modify);
    } else {
      super.setHostTimes(access, modify);
    }
  }

  @Override
  protected void onUnused() {
    host().folders().forget(this);
  }

  @Override
  public boolean keepsNames() {
    return false;
  }

  @Override
  public @Nullable Inode lookup(String name) throws Errno {
    HostStatus status;
    try {
      status = folder().status(name);
    } catch (Errno e) {
      if (e == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
    return host().inode(this, name, status);
  }

  @Override
  public Inode make(String name, NewInode attributes) throws Errno {
    int permissions = attributes.mode() & FileMode.PERMISSIONS;
    HostFolder folder = folder();
    switch (attributes.mode() & FileMode.S_IFMT) {
      case FileMode.S_IFREG -> {
        HostContents contents = folder.makeFile(name, permissions);
        Inode made;
        try {
          made = host().inode(this, name, contents.status());
        } catch (Errno e) {
          contents.close();
          throw e;
        }
        if (!(made instanceof HostFile file)) {
          throw new IllegalStateException("a new file is none: " + made);
        }
        // Open already, because its permissions may not let it be opened again.
        file.startWith(contents);
        settle(file, permissions);
        return file;
      }
      case FileMode.S_IFDIR -> folder.makeFolder(name, permissions);
      case FileMode.S_IFIFO, FileMode.S_IFSOCK -> folder.makeSpecial(name, attributes.mode());
      default -> throw Errno.EPERM;
    }
    HostStatus status = folder.status(name);
    if (FileMode.isDirectory(attributes.mode()) != FileMode.isDirectory(status.mode())) {
      throw Errno.ESTALE;
    }
    if ((status.mode() & FileMode.S_IFMT) == FileMode.S_IFIFO) {
      host().madeFifo(status);
    }
    HostInode made = host().inode(this, name, status);
    settle(made, permissions);
    refresh();
    return made;
  }

  /// Gives what was made the permissions that the host's umask took away.
  private static void settle(HostInode made, int permissions) throws Errno {
    if ((made.mode() & FileMode.PERMISSIONS) != permissions) {
      made.setPermissions(permissions);
      made.refresh();
    }
  }

  @Override
  public Inode makeSymlink(String name, String target, NewInode attributes) throws Errno {
    HostFolder folder = folder();
    folder.makeSymlink(name, target);
    return host().inode(this, name, folder.status(name));
  }

  @Override
  public void link(String name, Inode target) throws Errno {
    HostInode inode = (HostInode) target;
    HostFolder from = inode.requireParent().folder();
    inode.requireSame(from.status(inode.name()));
    from.link(inode.name(), folder(), name);
    inode.refresh();
  }

  @Override
  public void unlink(String name, Inode victim) throws Errno {
    HostInode inode = (HostInode) victim;
    HostFolder folder = folder();
    inode.requireSame(folder.status(name));
    folder.remove(name, false);
    inode.lostName();
  }

  @Override
  public void rmdir(String name, Inode victim) throws Errno {
    folder().remove(name, true);
    ((HostInode) victim).lostAllNames();
    refresh();
  }

  @Override
  public void rename(
      String name,
      Inode moved,
      Inode newDirectory,
      String newName,
      @Nullable Inode replaced,
      boolean exchange)
      throws Errno {
    HostDirectory target = (HostDirectory) newDirectory;
    HostFolder from = folder();
    from.rename(name, target.folder(), newName, exchange);
    ((HostInode) moved).foundAt(target, newName);
    if (replaced instanceof HostInode inode) {
      if (exchange) {
        inode.foundAt(this, name);
      } else if (inode.isDirectory()) {
        inode.lostAllNames();
      } else {
        inode.lostName();
      }
    }
    refresh();
    target.refresh();
  }

  @Override
  public long list(long position, DirectorySink sink) throws Errno {
    NavigableMap<Long, HostFolder.Entry> entries = listed;
    if (entries == null || position <= FIRST_POSITION) {
      entries = read();
    }
    long at = position;
    for (Map.Entry<Long, HostFolder.Entry> next : entries.tailMap(position, true).entrySet()) {
      HostFolder.Entry entry = next.getValue();
      long after = next.getKey() + 1;
      if (!sink.add(entry.name(), entry.ino(), entry.type(), after)) {
        return at;
      }
      at = after;
    }
    return at;
  }

  private NavigableMap<Long, HostFolder.Entry> read() throws Errno {
    NavigableMap<Long, HostFolder.Entry> result = new TreeMap<>();
    Map<String, Long> kept = new HashMap<>();
    for (HostFolder.Entry entry : folder().list()) {
      Long number = numbers.get(entry.name());
      if (number == null) {
        number = nextNumber++;
      }
      kept.put(entry.name(), number);
      result.put(number, entry);
    }
    numbers = kept;
    listed = result;
    return result;
  }

  @Override
  public void sync() throws Errno {
    folder().sync();
  }
}
