package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A queue of messages, and those who wait for room in it or for a message.
public final class MessageQueue extends IpcObject {
  private final List<Message> messages = new ArrayList<>(0);
  private final List<Sender> senders = new ArrayList<>(0);
  private final List<Receiver> receivers = new ArrayList<>(0);
  private long bytes;
  private long maximumBytes;
  private long sendTime;
  private long receiveTime;
  private @Nullable Object lastSender;
  private @Nullable Object lastReceiver;

  MessageQueue(int key, int mode, long maximumBytes, IpcUser maker) {
    super(key, mode, maker);
    this.maximumBytes = maximumBytes;
  }

  /// How many messages are in it.
  public int count() {
    return messages.size();
  }

  /// How many bytes they are.
  public long bytes() {
    return bytes;
  }

  /// How many bytes they may be. As many messages may there be, which counts for empty ones.
  public long maximumBytes() {
    return maximumBytes;
  }

  /// When a message was sent last, in seconds since 1970.
  public long sendTime() {
    return sendTime;
  }

  public long receiveTime() {
    return receiveTime;
  }

  public @Nullable Object lastSender() {
    return lastSender;
  }

  public @Nullable Object lastReceiver() {
    return lastReceiver;
  }

  /// One who waits for room.
  static final class Sender {
    private final IpcUser user;
    private final long length;

    Sender(IpcUser user, long length) {
      this.user = user;
      this.length = length;
    }
  }

  /// One who waits for a message.
  static final class Receiver {
    private final IpcUser user;
    private final MessageChoice choice;
    private final long room;
    private @Nullable Message message;
    private @Nullable Errno failure;
    private boolean isServed;

    Receiver(IpcUser user, MessageChoice choice, long room) {
      this.user = user;
      this.choice = choice;
      this.room = room;
    }

    boolean isServed() {
      return isServed;
    }

    @Nullable Message message() {
      return message;
    }

    @Nullable Errno failure() {
      return failure;
    }

    private void serve(@Nullable Message got, @Nullable Errno why) {
      message = got;
      failure = why;
      isServed = true;
      user.sleeper().wake();
    }
  }

  boolean hasRoom(long length) {
    return bytes + length <= maximumBytes && messages.size() + 1L <= maximumBytes;
  }

  /// Takes a message: the first waiting receiver that wants it gets it, else it is queued.
  void send(Message message, IpcUser from) {
    lastSender = from.process();
    sendTime = from.now();
    Iterator<Receiver> waiting = receivers.iterator();
    while (waiting.hasNext()) {
      Receiver receiver = waiting.next();
      if (!receiver.choice.takes(message)) {
        continue;
      }
      waiting.remove();
      if (receiver.room < message.text().length) {
        receiver.serve(null, Errno.E2BIG);
        continue;
      }
      lastReceiver = receiver.user.process();
      receiveTime = from.now();
      receiver.serve(message, null);
      return;
    }
    messages.add(message);
    bytes += message.text().length;
  }

  @Nullable Message find(MessageChoice choice) {
    return choice.among(messages);
  }

  /// Takes a message out. Those who wait for room look again.
  void take(Message message, IpcUser by) {
    messages.remove(message);
    bytes -= message.text().length;
    receiveTime = by.now();
    lastReceiver = by.process();
    wakeSenders();
  }

  void await(Sender sender) {
    senders.add(sender);
  }

  void giveUp(Sender sender) {
    senders.remove(sender);
  }

  void await(Receiver receiver) {
    receivers.add(receiver);
  }

  void giveUp(Receiver receiver) {
    receivers.remove(receiver);
  }

  private void wakeSenders() {
    for (Sender sender : senders) {
      if (hasRoom(sender.length)) {
        sender.user.sleeper().wake();
      }
    }
  }

  /// IPC_SET. Who waits has to ask again whether they may.
  void setMaximum(long newMaximum) {
    maximumBytes = newMaximum;
    List<Receiver> all = List.copyOf(receivers);
    receivers.clear();
    all.forEach(receiver -> receiver.serve(null, Errno.EAGAIN));
    senders.forEach(sender -> sender.user.sleeper().wake());
  }

  /// It is removed: all who wait learn it, and what is in it is lost.
  void dissolve() {
    List<Receiver> all = List.copyOf(receivers);
    receivers.clear();
    all.forEach(receiver -> receiver.serve(null, Errno.EIDRM));
    senders.forEach(sender -> sender.user.sleeper().wake());
    messages.forEach(message -> message.memory().giveBack());
    messages.clear();
    bytes = 0;
  }
}
