package dev.forklift.kernel.fs.inotify;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileEvent;
import dev.forklift.kernel.vfs.FileEvents;
import dev.forklift.kernel.vfs.FileWatch;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An inotify instance: what it watches, and what has happened and was not read yet.
public final class InotifyFile extends OpenFile {
  public static final int IN_ONLYDIR = 0x0100_0000;
  public static final int IN_DONT_FOLLOW = 0x0200_0000;
  public static final int IN_EXCL_UNLINK = 0x0400_0000;
  public static final int IN_MASK_CREATE = 0x1000_0000;
  public static final int IN_MASK_ADD = 0x2000_0000;
  public static final int IN_ONESHOT = 0x8000_0000;

  /// What can be watched for.
  public static final int IN_ALL_EVENTS = 0x0000_0fff;

  private static final int IN_Q_OVERFLOW = 0x0000_4000;
  private static final int IN_IGNORED = 0x0000_8000;

  private final DataModel model;
  private final InotifyLimits limits;
  private final int uid;
  private final WaitQueue changed = new WaitQueue();
  private final Deque<InotifyEvent> queue = new ArrayDeque<>();
  private final NavigableMap<Integer, Watch> byNumber = new TreeMap<>();
  private final Map<Inode, Watch> byInode = new HashMap<>();
  private int lastNumber;

  private InotifyFile(VfsPath path, int flags, DataModel model, InotifyLimits limits, int uid)
      throws Errno {
    super(path, OpenFlags.O_RDONLY | (flags & OpenFlags.O_NONBLOCK));
    this.model = model;
    this.limits = limits;
    this.uid = uid;
  }

  /// Makes one.
  ///
  /// @param path where such files are
  /// @param flags O_NONBLOCK counts
  /// @throws Errno EMFILE if the user has too many
  public static InotifyFile create(
      VfsPath path, int flags, DataModel model, InotifyLimits limits, int uid) throws Errno {
    limits.addInstance(uid);
    return new InotifyFile(path, flags, model, limits, uid);
  }

  /// What is watched for at one inode.
  private final class Watch implements FileWatch {
    final int number;
    final Inode inode;
    int mask;

    Watch(int number, Inode inode, int mask) {
      this.number = number;
      this.inode = inode;
      this.mask = mask;
    }

    @Override
    public void happened(FileEvent event) {
      int wanted = mask | FileEvents.UNMOUNT;
      if ((event.mask() & wanted & ~FileEvents.ISDIR) == 0
          || (event.unlinked() && (mask & IN_EXCL_UNLINK) != 0)) {
        return;
      }
      enqueue(new InotifyEvent(number, event.mask(), event.cookie(), event.name()));
      if ((mask & IN_ONESHOT) != 0) {
        ended();
      }
    }

    @Override
    public void ended() {
      forget();
      enqueue(new InotifyEvent(number, IN_IGNORED, 0, null));
    }

    void forget() {
      byNumber.remove(number);
      byInode.remove(inode);
      inode.removeWatch(this);
      limits.removeWatch(uid);
    }
  }

  /// Watches an inode, or changes what it is watched for.
  ///
  /// @return the watch descriptor
  public int watch(Inode inode, int mask) throws Errno {
    int kept = mask & (IN_ALL_EVENTS | IN_EXCL_UNLINK | IN_ONESHOT);
    Watch known = byInode.get(inode);
    if (known != null) {
      if ((mask & IN_MASK_CREATE) != 0) {
        throw Errno.EEXIST;
      }
      known.mask = (mask & IN_MASK_ADD) != 0 ? known.mask | kept : kept;
      return known.number;
    }
    limits.addWatch(uid);
    Watch watch = new Watch(newNumber(), inode, kept);
    byNumber.put(watch.number, watch);
    byInode.put(inode, watch);
    inode.addWatch(watch);
    return watch.number;
  }

  /// Numbers are not used again before all have been used.
  private int newNumber() {
    do {
      lastNumber = lastNumber == Integer.MAX_VALUE ? 1 : lastNumber + 1;
    } while (byNumber.containsKey(lastNumber));
    return lastNumber;
  }

  /// Watches no longer.
  ///
  /// @throws Errno EINVAL if there is no such watch
  public void unwatch(int number) throws Errno {
    Watch watch = byNumber.get(number);
    if (watch == null) {
      throw Errno.EINVAL;
    }
    watch.ended();
  }

  private void enqueue(InotifyEvent event) {
    InotifyEvent last = queue.peekLast();
    if (event.mask() != IN_IGNORED && event.repeats(last)) {
      return;
    }
    if (queue.size() >= InotifyLimits.QUEUED_EVENTS) {
      if (last == null || last.mask() != IN_Q_OVERFLOW) {
        queue.add(new InotifyEvent(-1, IN_Q_OVERFLOW, 0, null));
      }
    } else {
      queue.add(event);
    }
    changed.wakeAll();
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
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    if (queue.isEmpty()) {
      if (isNonblocking()) {
        throw Errno.EAGAIN;
      }
      caller.sleeper().await(changed, () -> !queue.isEmpty());
    }
    long total = 0;
    for (InotifyEvent next = fitting(buffer); next != null; next = fitting(buffer)) {
      queue.remove();
      byte[] bytes = next.toBytes(model);
      if (buffer.put(bytes, 0, bytes.length) < bytes.length) {
        throw Errno.EFAULT;
      }
      total += bytes.length;
    }
    if (total == 0) {
      throw Errno.EINVAL;
    }
    return total;
  }

  /// The next event if there is room for it.
  private @Nullable InotifyEvent fitting(IoBuffer buffer) {
    InotifyEvent next = queue.peek();
    return next != null && next.size() <= buffer.remaining() ? next : null;
  }

  @Override
  public int poll() {
    return queue.isEmpty() ? 0 : PollEvents.READABLE;
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(changed);
  }

  @Override
  public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
    if (request != Ioctls.FIONREAD) {
      throw Errno.ENOTTY;
    }
    memory.writeInt(argument, queue.stream().mapToInt(InotifyEvent::size).sum());
    return 0;
  }

  @Override
  protected void onClose() {
    for (Watch watch : List.copyOf(byNumber.values())) {
      watch.forget();
    }
    limits.removeInstance(uid);
  }

  @Override
  public String fdInfo() {
    StringBuilder out = new StringBuilder();
    for (Watch watch : byNumber.values()) {
      out.append(
          "inotify wd:%x ino:%x sdev:%x mask:%x ignored_mask:0 \n"
              .formatted(
                  watch.number, watch.inode.ino(), watch.inode.fileSystem().device(), watch.mask));
    }
    return out.toString();
  }
}
