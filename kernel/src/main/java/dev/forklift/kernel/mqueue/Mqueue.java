package dev.forklift.kernel.mqueue;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.Deadline;
import dev.forklift.kernel.wait.Sleeper;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A queue: messages by priority, and those who wait for one or for room.
///
/// Who waits is served by whoever makes that possible, so that nobody gets in between.
final class Mqueue extends Inode {
  /// What a message takes of the host's memory beside its text, roughly.
  private static final int MESSAGE_BYTES = 96;

  private static final int FILE_BYTES = 80;

  /// A message.
  record Message(byte[] text, int priority) {}

  private final MqueueFileSystem fileSystem;
  private final QueueAttributes attributes;
  private final Runnable giveBack;
  private final NavigableMap<Integer, Deque<Message>> byPriority = new TreeMap<>();
  private final Deque<Waiter> senders = new ArrayDeque<>(0);
  private final Deque<Waiter> receivers = new ArrayDeque<>(0);
  private final WaitQueue changed = new WaitQueue();
  private @Nullable Notification notification;
  private int count;
  private long bytes;

  /// @param giveBack called when the queue is gone for good
  Mqueue(
      MqueueFileSystem fileSystem, NewInode inode, QueueAttributes attributes, Runnable giveBack) {
    super(fileSystem, fileSystem.nextIno(), inode);
    this.fileSystem = fileSystem;
    this.attributes = attributes;
    this.giveBack = giveBack;
  }

  /// One who waits, with the message to be sent or for the one to be received.
  private static final class Waiter {
    private final Sleeper sleeper;
    private @Nullable Message message;
    private boolean served;

    Waiter(Sleeper sleeper, @Nullable Message message) {
      this.sleeper = sleeper;
      this.message = message;
    }

    void serve(@Nullable Message with) {
      message = with;
      served = true;
      sleeper.wake();
    }
  }

  QueueAttributes attributes() {
    return attributes;
  }

  int count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  boolean isFull() {
    return count >= attributes.messages();
  }

  /// Woken when there may be something to receive, or room.
  WaitQueue changed() {
    return changed;
  }

  @Override
  public long size() {
    return FILE_BYTES;
  }

  @Override
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    return new MqueueFile(this, fileSystem, path, flags);
  }

  @Override
  public void setSize(long size) {}

  void unlinked() {
    touchChanged();
    setNlink(0);
  }

  @Override
  protected void onUnused() {
    fileSystem.budget().giveBack(bytes + (long) count * MESSAGE_BYTES);
    byPriority.clear();
    count = 0;
    bytes = 0;
    giveBack.run();
  }

  /// Sends a message, or waits until there is room.
  ///
  /// @throws Errno EAGAIN if there is none and nobody wants to wait; ETIMEDOUT
  void send(Sleeper sleeper, Message message, boolean waits, Deadline deadline) throws Errno {
    if (isFull()) {
      if (!waits) {
        throw Errno.EAGAIN;
      }
      await(senders, new Waiter(sleeper, message), deadline);
      return;
    }
    Waiter receiver = receivers.poll();
    if (receiver != null) {
      receiver.serve(message);
    } else {
      insert(message);
      tell();
    }
    touchModified();
  }

  /// Takes the oldest message of the highest priority, or waits for one.
  Message receive(Sleeper sleeper, boolean waits, Deadline deadline) throws Errno {
    if (count == 0) {
      if (!waits) {
        throw Errno.EAGAIN;
      }
      Waiter waiter = new Waiter(sleeper, null);
      await(receivers, waiter, deadline);
      Message message = waiter.message;
      if (message == null) {
        throw new IllegalStateException("served without a message");
      }
      return message;
    }
    Message message = remove();
    Waiter sender = senders.poll();
    if (sender != null && sender.message != null) {
      insert(sender.message);
      sender.serve(null);
    }
    changed.wakeAll();
    touchModified();
    return message;
  }

  private static void await(Deque<Waiter> line, Waiter waiter, Deadline deadline) throws Errno {
    line.add(waiter);
    try {
      while (!waiter.served) {
        if (waiter.sleeper.signalPending()) {
          throw Errno.ERESTARTSYS;
        }
        if (deadline.hasPassed(waiter.sleeper.clock())) {
          throw Errno.ETIMEDOUT;
        }
        waiter.sleeper.sleep(deadline);
      }
    } finally {
      line.remove(waiter);
    }
  }

  private void insert(Message message) throws Errno {
    if (!fileSystem.budget().take(message.text.length + (long) MESSAGE_BYTES)) {
      throw Errno.ENOMEM;
    }
    byPriority.computeIfAbsent(message.priority, _ -> new ArrayDeque<>()).add(message);
    count++;
    bytes += message.text.length;
    changed.wakeAll();
  }

  private Message remove() {
    Deque<Message> highest = byPriority.lastEntry().getValue();
    Message message = highest.remove();
    if (highest.isEmpty()) {
      byPriority.remove(message.priority);
    }
    count--;
    bytes -= message.text.length;
    fileSystem.budget().giveBack(message.text.length + (long) MESSAGE_BYTES);
    return message;
  }

  /// Who asked to be told of the first message is told, once.
  private void tell() {
    Notification told = notification;
    if (told != null && count == 1) {
      notification = null;
      told.told().run();
    }
  }

  @Nullable Notification notification() {
    return notification;
  }

  /// Asks to be told.
  ///
  /// @throws Errno EBUSY if somebody has asked already
  void setNotification(Notification wanted) throws Errno {
    if (notification != null) {
      throw Errno.EBUSY;
    }
    notification = wanted;
    touchChanged();
  }

  /// A process does not want to be told any more.
  void forgetNotification(@Nullable Object owner) {
    Notification unwanted = notification;
    if (unwanted != null && unwanted.owner() == owner) {
      notification = null;
      unwanted.forgotten().run();
    }
  }
}
