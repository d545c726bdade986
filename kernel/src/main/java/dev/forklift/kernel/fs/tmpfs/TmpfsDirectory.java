package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A directory in memory.
///
/// Each entry has a number that never changes and is never used again, so that whoever lists the
/// directory while others change it sees every lasting entry once. The newest entry comes first.
final class TmpfsDirectory extends TmpfsInode {
  private static final int ENTRY_SIZE = 20;
  private static final int FIRST_POSITION = 2;

  private record Entry(String name, long number, TmpfsInode inode) {}

  private final Map<String, Entry> byName = new HashMap<>();
  private final NavigableMap<Long, Entry> inOrder = new TreeMap<>();
  private @Nullable Origin origin;
  private long lastNumber = FIRST_POSITION;

  TmpfsDirectory(Tmpfs tmpfs, long ino, NewInode attributes, @Nullable Origin origin) {
    super(tmpfs, ino, attributes);
    this.origin = origin;
    setNlink(2);
  }

  @Override
  public long size() {
    return (long) ENTRY_SIZE * (2 + byName.size());
  }

  @Override
  protected void refresh() throws Errno {
    fill();
  }

  /// Takes over what the origin has, once.
  private void fill() throws Errno {
    Origin from = origin;
    if (from == null) {
      return;
    }
    try {
      for (Origin.Entry child : from.children()) {
        if (!byName.containsKey(child.name())) {
          put(child.name(), (TmpfsInode) tmpfs().fromOrigin(child.file()));
        }
      }
    } catch (IOException e) {
      throw Errno.EIO;
    }
    int directories = 0;
    for (Entry entry : byName.values()) {
      directories += entry.inode.isDirectory() ? 1 : 0;
    }
    setNlink(2 + directories);
    origin = null;
  }

  private void put(String name, TmpfsInode inode) {
    Entry entry = new Entry(name, ++lastNumber, inode);
    byName.put(name, entry);
    inOrder.put(entry.number, entry);
  }

  private void remove(String name) {
    Entry entry = byName.remove(name);
    if (entry == null) {
      throw new IllegalStateException("no entry " + name);
    }
    inOrder.remove(entry.number);
  }

  @Override
  public @Nullable Inode lookup(String name) throws Errno {
    fill();
    Entry entry = byName.get(name);
    return entry == null ? null : entry.inode;
  }

  @Override
  public Inode make(String name, NewInode attributes) throws Errno {
    fill();
    TmpfsInode made = (TmpfsInode) tmpfs().newInode(attributes);
    enter(name, made);
    return made;
  }

  private void enter(String name, TmpfsInode made) {
    put(name, made);
    if (made.isDirectory()) {
      addLinks(1);
    }
    touchModified();
  }

  @Override
  public Inode makeNameless(NewInode attributes) throws Errno {
    TmpfsInode made = (TmpfsInode) tmpfs().newInode(attributes);
    made.addLinks(-1);
    return made;
  }

  @Override
  public Inode makeSymlink(String name, String target, NewInode attributes) throws Errno {
    fill();
    TmpfsSymlink made = new TmpfsSymlink(tmpfs(), tmpfs().nextIno(), attributes, target);
    enter(name, made);
    return made;
  }

  @Override
  public void link(String name, Inode target) throws Errno {
    fill();
    TmpfsInode inode = (TmpfsInode) target;
    inode.addLinks(1);
    inode.touchChanged();
    put(name, inode);
    touchModified();
  }

  @Override
  public void unlink(String name, Inode victim) {
    remove(name);
    victim.touchChanged();
    ((TmpfsInode) victim).addLinks(-1);
    touchModified();
  }

  @Override
  public void rmdir(String name, Inode victim) throws Errno {
    ((TmpfsDirectory) victim).requireEmpty();
    remove(name);
    ((TmpfsDirectory) victim).dead();
    addLinks(-1);
    touchModified();
  }

  private void requireEmpty() throws Errno {
    fill();
    if (!byName.isEmpty()) {
      throw Errno.ENOTEMPTY;
    }
  }

  private void dead() {
    addLinks(-nlink());
    touchChanged();
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
    TmpfsDirectory target = (TmpfsDirectory) newDirectory;
    target.fill();
    if (replaced instanceof TmpfsDirectory directory && !exchange) {
      directory.requireEmpty();
    }
    remove(name);
    countDirectory(moved, -1);
    if (replaced != null) {
      target.remove(newName);
      target.countDirectory(replaced, -1);
    }
    if (replaced instanceof TmpfsInode inode) {
      if (exchange) {
        put(name, inode);
        countDirectory(inode, 1);
      } else if (inode instanceof TmpfsDirectory directory) {
        directory.dead();
      } else {
        inode.addLinks(-1);
      }
      inode.touchChanged();
    }
    target.put(newName, (TmpfsInode) moved);
    target.countDirectory(moved, 1);
    moved.touchChanged();
    touchModified();
    target.touchModified();
  }

  private void countDirectory(Inode child, int count) {
    if (child.isDirectory()) {
      addLinks(count);
    }
  }

  @Override
  public long list(long position, DirectorySink sink) throws Errno {
    fill();
    // A position is the number of the entry that came last.
    long at = position;
    NavigableMap<Long, Entry> rest =
        position <= FIRST_POSITION ? inOrder : inOrder.headMap(position, false);
    for (Entry entry : rest.descendingMap().values()) {
      Inode inode = entry.inode;
      int type = FileMode.directoryType(inode.mode());
      if (!sink.add(entry.name, inode.ino(), type, entry.number)) {
        break;
      }
      at = entry.number;
    }
    return at;
  }

  /// As deep as a guest likes, so without recursion.
  @Override
  void discard() {
    Deque<TmpfsDirectory> open = new ArrayDeque<>(List.of(this));
    while (!open.isEmpty()) {
      for (Entry entry : open.pop().byName.values()) {
        if (entry.inode instanceof TmpfsDirectory below) {
          open.push(below);
        } else {
          entry.inode.discard();
        }
      }
    }
  }

  /// Gives all memory back.
  void discardAll() {
    discard();
  }
}
