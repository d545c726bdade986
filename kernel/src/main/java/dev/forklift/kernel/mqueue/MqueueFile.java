package dev.forklift.kernel.mqueue;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.Deadline;
import dev.forklift.kernel.wait.Sleeper;
import dev.forklift.kernel.wait.WaitQueue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An open queue. As a file it can only be read, and then tells about the queue.
public final class MqueueFile extends OpenFile {
  private final Mqueue queue;
  private final MqueueFileSystem fileSystem;

  MqueueFile(Mqueue queue, MqueueFileSystem fileSystem, VfsPath path, int flags) throws Errno {
    super(path, flags);
    this.queue = queue;
    this.fileSystem = fileSystem;
  }

  /// What has been received.
  public record Received(byte[] text, int priority) {}

  public QueueAttributes attributes() {
    return queue.attributes();
  }

  /// How many messages are in it.
  public int count() {
    return queue.count();
  }

  /// mq_timedsend(2), with its arguments checked.
  public void send(Sleeper sleeper, byte[] text, int priority, Deadline deadline) throws Errno {
    queue.send(sleeper, new Mqueue.Message(text, priority), !isNonblocking(), deadline);
  }

  /// mq_timedreceive(2), with its arguments checked.
  public Received receive(Sleeper sleeper, Deadline deadline) throws Errno {
    Mqueue.Message message = queue.receive(sleeper, !isNonblocking(), deadline);
    return new Received(message.text(), message.priority());
  }

  /// mq_notify(2).
  public void notifyOf(Notification wanted) throws Errno {
    queue.setNotification(wanted);
  }

  /// mq_notify(2) without anything to be done.
  public void forgetNotification(Object owner) {
    queue.forgetNotification(owner);
  }

  @Override
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    Notification told = queue.notification();
    String text =
        String.format(
            "QSIZE:%-10d NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
            queue.bytes(),
            told == null ? 0 : told.kind(),
            told == null ? 0 : told.signal(),
            told == null ? 0 : fileSystem.number(caller, told.owner()));
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (offset >= bytes.length) {
      return 0;
    }
    int length = (int) Math.min(buffer.remaining(), bytes.length - offset);
    return buffer.put(bytes, (int) offset, length);
  }

  @Override
  public int poll() {
    return (queue.count() > 0 ? PollEvents.READABLE : 0)
        | (queue.isFull() ? 0 : PollEvents.WRITABLE);
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(queue.changed());
  }

  /// Whoever closes one of its descriptors does not want to be told any more, even if it has
  /// others.
  @Override
  protected void onDescriptorClosed() {
    @Nullable Object process = fileSystem.currentProcess();
    if (process != null) {
      queue.forgetNotification(process);
    }
  }
}
