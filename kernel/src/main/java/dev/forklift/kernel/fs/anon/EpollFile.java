package dev.forklift.kernel.fs.anon;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A set of files to wait for (epoll(7)).
public final class EpollFile extends OpenFile {
  private static final int MAX_NESTING = 5;
  private static final int PRIVATE =
      PollEvents.EPOLLWAKEUP
          | PollEvents.EPOLLONESHOT
          | PollEvents.EPOLLET
          | PollEvents.EPOLLEXCLUSIVE;
  private static final int WITH_EXCLUSIVE =
      PollEvents.POLLIN
          | PollEvents.POLLOUT
          | PollEvents.POLLERR
          | PollEvents.POLLHUP
          | PollEvents.EPOLLWAKEUP
          | PollEvents.EPOLLET
          | PollEvents.EPOLLEXCLUSIVE;

  /// What epoll_wait(2) tells of a file.
  public record Event(int events, long data) {}

  private record Key(OpenFile file, int fd) {}

  private final Map<Key, Item> items = new LinkedHashMap<>();

  /// Those that may have something to tell.
  private final Set<Item> ready = new LinkedHashSet<>();

  private final WaitQueue changed = new WaitQueue();

  /// The instances that watch this one.
  private final List<EpollFile> watchers = new ArrayList<>(0);

  EpollFile(VfsPath path) throws Errno {
    super(path, OpenFlags.O_RDWR);
  }

  /// A file that is watched.
  private final class Item implements Runnable {
    private final Key key;
    private final Runnable onFileReleased = this::fileReleased;
    private List<WaitQueue> queues = List.of();
    private int events;
    private long data;

    Item(Key key) {
      this.key = key;
    }

    void watch(int newEvents, long newData) {
      unwatch();
      events = newEvents;
      data = newData;
      queues = key.file.pollQueues(newEvents);
      queues.forEach(queue -> queue.add(this));
      if (readyEvents() != 0) {
        run();
      }
    }

    void unwatch() {
      queues.forEach(queue -> queue.remove(this));
      ready.remove(this);
    }

    int readyEvents() {
      if ((events & ~PRIVATE) == 0) {
        return 0; // told once already (EPOLLONESHOT)
      }
      return key.file.poll() & (events | PollEvents.POLLERR | PollEvents.POLLHUP);
    }

    @Override
    public void run() {
      if ((events & ~PRIVATE) != 0) {
        ready.add(this);
        changed.wakeAll();
      }
    }

    private void fileReleased() {
      items.remove(key);
      unwatch();
    }

    void end() {
      unwatch();
      key.file.forgetWatcher(onFileReleased);
      if (key.file instanceof EpollFile other) {
        other.watchers.remove(EpollFile.this);
      }
    }
  }

  /// EPOLL_CTL_ADD.
  public void add(OpenFile file, int fd, int events, long data) throws Errno {
    checkTarget(file);
    Key key = new Key(file, fd);
    if ((events & PollEvents.EPOLLEXCLUSIVE) != 0
        && ((events & ~WITH_EXCLUSIVE) != 0 || file instanceof EpollFile)) {
      throw Errno.EINVAL;
    }
    if (items.containsKey(key)) {
      throw Errno.EEXIST;
    }
    if (file instanceof EpollFile other
        && (other.reaches(this) || height() + other.depth() > MAX_NESTING)) {
      throw Errno.ELOOP;
    }
    Item item = new Item(key);
    items.put(key, item);
    file.onRelease(item.onFileReleased);
    if (file instanceof EpollFile other) {
      other.watchers.add(this);
    }
    item.watch(events | PollEvents.POLLERR | PollEvents.POLLHUP, data);
  }

  /// EPOLL_CTL_MOD.
  public void modify(OpenFile file, int fd, int events, long data) throws Errno {
    checkTarget(file);
    Item item = find(file, fd);
    if (((events | item.events) & PollEvents.EPOLLEXCLUSIVE) != 0) {
      throw Errno.EINVAL;
    }
    item.watch(events | PollEvents.POLLERR | PollEvents.POLLHUP, data);
  }

  /// EPOLL_CTL_DEL.
  public void remove(OpenFile file, int fd) throws Errno {
    checkTarget(file);
    Item item = find(file, fd);
    items.remove(item.key);
    item.end();
  }

  private void checkTarget(OpenFile file) throws Errno {
    if (file == this) {
      throw Errno.EINVAL;
    }
    if (file.pollQueues(-1).isEmpty()) {
      throw Errno.EPERM;
    }
  }

  private Item find(OpenFile file, int fd) throws Errno {
    Item item = items.get(new Key(file, fd));
    if (item == null) {
      throw Errno.ENOENT;
    }
    return item;
  }

  private boolean reaches(EpollFile other) {
    return this == other || nested().stream().anyMatch(file -> file.reaches(other));
  }

  /// How many levels there are from here down.
  private int depth() {
    return 1 + nested().stream().mapToInt(EpollFile::depth).max().orElse(0);
  }

  /// How many levels there are from here up.
  private int height() {
    return 1 + watchers.stream().mapToInt(EpollFile::height).max().orElse(0);
  }

  private List<EpollFile> nested() {
    List<EpollFile> found = new ArrayList<>(0);
    for (Key key : items.keySet()) {
      if (key.file instanceof EpollFile file) {
        found.add(file);
      }
    }
    return found;
  }

  /// Says whether [#collect] would find anything.
  public boolean isReady() {
    for (Item item : List.copyOf(ready)) {
      if (item.readyEvents() != 0) {
        return true;
      }
      ready.remove(item);
    }
    return false;
  }

  /// What wakes when that may have changed.
  public WaitQueue changed() {
    return changed;
  }

  /// Up to `limit` events.
  public List<Event> collect(int limit) {
    List<Event> events = new ArrayList<>();
    for (Item item : List.copyOf(ready)) {
      if (events.size() == limit) {
        break;
      }
      ready.remove(item);
      int now = item.readyEvents();
      if (now == 0) {
        continue;
      }
      events.add(new Event(now, item.data));
      if ((item.events & PollEvents.EPOLLONESHOT) != 0) {
        item.events &= PRIVATE;
      } else if ((item.events & PollEvents.EPOLLET) == 0) {
        // Told again next time if it is still so, after all others have had their turn.
        ready.add(item);
      }
    }
    return events;
  }

  @Override
  protected void onClose() {
    items.values().forEach(Item::end);
    items.clear();
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  @Override
  protected long seekWithoutPosition() {
    return 0;
  }

  @Override
  public int poll() {
    return isReady() ? PollEvents.READABLE : 0;
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(changed);
  }

  @Override
  public String fdInfo() {
    StringBuilder text = new StringBuilder();
    items.forEach((key, item) ->
        text.append(
            "tfd: %8d events: %8x data: %16x  pos:%d ino:%x sdev:%x\n"
                .formatted(
                    key.fd,
                    item.events,
                    item.data,
                    key.file.position(),
                    key.file.inode().ino(),
                    key.file.inode().fileSystem().device())));
    return text.toString();
  }
}
