package dev.forklift.kernel.mqueue;

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

/// The one folder of the file system of queues. There is nothing else in it, and the newest queue
/// comes first.
final class MqueueDirectory extends Inode {
  private static final int ENTRY_BYTES = 20;
  private static final int FIRST_POSITION = 2;

  private record Entry(String name, long number, Mqueue queue) {}

  private final MqueueFileSystem fileSystem;
  private final Map<String, Entry> byName = new HashMap<>();
  private final NavigableMap<Long, Entry> inOrder = new TreeMap<>();
  private long lastNumber = FIRST_POSITION;

  MqueueDirectory(MqueueFileSystem fileSystem) {
    super(
        fileSystem,
        fileSystem.nextIno(),
        new NewInode(FileMode.S_IFDIR | FileMode.S_ISVTX | 0777, 0, 0, 0));
    this.fileSystem = fileSystem;
    setNlink(2);
  }

  @Override
  public long size() {
    return (long) ENTRY_BYTES * (2 + byName.size());
  }

  /// Queues come and go by calls of their own.
  @Override
  public boolean keepsNames() {
    return false;
  }

  @Override
  public @Nullable Mqueue lookup(String name) {
    Entry entry = byName.get(name);
    return entry == null ? null : entry.queue;
  }

  /// As open(2) and mknod(2) make queues in it.
  @Override
  public Inode make(String name, NewInode attributes) throws Errno {
    if (!FileMode.isRegular(attributes.mode())) {
      throw Errno.EPERM;
    }
    return fileSystem.make(name, attributes, null);
  }

  void add(String name, Mqueue queue) {
    Entry entry = new Entry(name, ++lastNumber, queue);
    byName.put(name, entry);
    inOrder.put(entry.number, entry);
    touchModified();
  }

  @Override
  public void unlink(String name, Inode victim) {
    Entry entry = byName.remove(name);
    if (entry == null) {
      throw new IllegalStateException("no queue " + name);
    }
    inOrder.remove(entry.number);
    touchModified();
    entry.queue.unlinked();
  }

  @Override
  public long list(long position, DirectorySink sink) {
    long at = position;
    NavigableMap<Long, Entry> rest =
        position <= FIRST_POSITION ? inOrder : inOrder.headMap(position, false);
    for (Entry entry : rest.descendingMap().values()) {
      Inode inode = entry.queue;
      int type = FileMode.directoryType(inode.mode());
      if (!sink.add(entry.name, inode.ino(), type, entry.number)) {
        break;
      }
      at = entry.number;
    }
    return at;
  }

  /// The namespace is gone: what is not open any more goes as well.
  void clear() {
    for (Entry entry : Map.copyOf(byName).values()) {
      unlink(entry.name, entry.queue);
    }
  }
}
