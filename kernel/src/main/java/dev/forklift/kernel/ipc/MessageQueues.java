package dev.forklift.kernel.ipc;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.wait.KernelClock;
import org.jspecify.annotations.Nullable;

/// The System V message queues of an IPC namespace (msgget(2), msgop(2), msgctl(2)).
public final class MessageQueues extends IpcTable<MessageQueue> {
  private int maximumSize = 8192;
  private int maximumQueueBytes = 16384;

  MessageQueues(UserNamespace owner) {
    super(owner, 32000);
  }

  /// How long a message may be.
  public int maximumSize() {
    return maximumSize;
  }

  public void setMaximumSize(int bytes) {
    maximumSize = bytes;
  }

  /// How many bytes may be in a new queue.
  public int maximumQueueBytes() {
    return maximumQueueBytes;
  }

  public void setMaximumQueueBytes(int bytes) {
    maximumQueueBytes = bytes;
  }

  /// How many messages there are in all queues.
  public int messages() {
    return all().stream().mapToInt(MessageQueue::count).sum();
  }

  /// How many bytes they are.
  public long bytes() {
    return all().stream().mapToLong(MessageQueue::bytes).sum();
  }

  /// msgget(2).
  public int get(IpcUser user, int key, int flags) throws Errno {
    return find(user, key, flags, () -> make(user, key, flags), found -> {});
  }

  private MessageQueue make(IpcUser user, int key, int mode) throws Errno {
    MessageQueue queue = new MessageQueue(key, mode, maximumQueueBytes, user);
    ids().add(queue, limit());
    return queue;
  }

  @Override
  void remove(MessageQueue queue) {
    ids().remove(queue);
    queue.dissolve();
  }

  /// IPC_SET with what it says about the queue's size.
  ///
  /// @throws Errno EPERM if it is to be larger than others, without CAP_SYS_RESOURCE
  public void set(IpcUser user, int id, IpcObject.Ownership to, long newMaximum) throws Errno {
    MessageQueue queue = requireOwned(user, id);
    if (newMaximum > maximumQueueBytes && !user.credentials().has(Capability.SYS_RESOURCE)) {
      throw Errno.EPERM;
    }
    queue.setOwner(to, user.now());
    queue.setMaximum(newMaximum);
  }

  /// msgsnd(2).
  ///
  /// @param budget what the message's memory is taken from
  public void send(IpcUser user, FrameBudget budget, int id, long type, byte[] text, int flags)
      throws Errno {
    HostMemory memory = HostMemory.take(budget, Message.BYTES + (long) text.length);
    boolean sent = false;
    try {
      MessageQueue queue = ids().get(id);
      awaitRoom(user, queue, text.length, flags);
      queue.send(new Message(type, text, memory), user);
      sent = true;
    } finally {
      if (!sent) {
        memory.giveBack();
      }
    }
  }

  private void awaitRoom(IpcUser user, MessageQueue queue, long length, int flags) throws Errno {
    while (true) {
      requireThere(queue);
      queue.requireAccess(user.credentials(), IpcObject.WRITE, owner());
      if (queue.hasRoom(length)) {
        return;
      }
      if ((flags & IPC_NOWAIT) != 0) {
        throw Errno.EAGAIN;
      }
      MessageQueue.Sender sender = new MessageQueue.Sender(user, length);
      queue.await(sender);
      user.sleeper().sleep(KernelClock.NEVER);
      queue.giveUp(sender);
      requireThere(queue);
      if (user.sleeper().signalPending()) {
        throw Errno.ERESTARTNOHAND;
      }
    }
  }

  private static void requireThere(MessageQueue queue) throws Errno {
    if (queue.isRemoved()) {
      throw Errno.EIDRM;
    }
  }

  /// What msgrcv(2) has got.
  public record Received(long type, byte[] text) {}

  /// msgrcv(2).
  ///
  /// @param room how long the message may be
  /// @throws Errno E2BIG if it is longer, and MSG_NOERROR does not say to cut it
  public Received receive(IpcUser user, int id, long type, long room, int flags) throws Errno {
    MessageChoice choice = MessageChoice.of(type, flags);
    MessageQueue queue = ids().get(id);
    Message message = await(user, queue, choice, room, flags);
    if (!(choice instanceof MessageChoice.At)) {
      message.memory().giveBack();
    }
    return new Received(message.type(), message.text());
  }

  private Message await(
      IpcUser user, MessageQueue queue, MessageChoice choice, long room, int flags) throws Errno {
    boolean cut = (flags & MessageChoice.MSG_NOERROR) != 0;
    while (true) {
      requireThere(queue);
      queue.requireAccess(user.credentials(), IpcObject.READ, owner());
      Message found = queue.find(choice);
      if (found != null) {
        if (room < found.text().length && !cut) {
          throw Errno.E2BIG;
        }
        if (!(choice instanceof MessageChoice.At)) {
          queue.take(found, user);
        } else if (room < found.text().length) {
          // A copy is never cut.
          throw Errno.EINVAL;
        }
        return found;
      }
      if ((flags & IPC_NOWAIT) != 0) {
        throw Errno.ENOMSG;
      }
      Message sent =
          awaitMessage(
              queue, new MessageQueue.Receiver(user, choice, cut ? Long.MAX_VALUE : room), user);
      if (sent != null) {
        return sent;
      }
    }
  }

  /// Sleeps until a message is sent here.
  ///
  /// @return it, or null to look again
  private static @Nullable Message awaitMessage(
      MessageQueue queue, MessageQueue.Receiver receiver, IpcUser user) throws Errno {
    queue.await(receiver);
    try {
      while (!receiver.isServed()) {
        if (user.sleeper().signalPending()) {
          throw Errno.ERESTARTNOHAND;
        }
        user.sleeper().sleep(KernelClock.NEVER);
      }
    } finally {
      queue.giveUp(receiver);
    }
    Errno failure = receiver.failure();
    if (failure != null && failure != Errno.EAGAIN) {
      throw failure;
    }
    return receiver.message();
  }
}
