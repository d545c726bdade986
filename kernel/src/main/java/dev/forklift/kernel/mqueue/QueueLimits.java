package dev.forklift.kernel.mqueue;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;

/// How many queues there may be in an IPC namespace, and how large (/proc/sys/fs/mqueue).
public final class QueueLimits {
  /// Nobody at all gets a queue for more messages.
  public static final int MOST_MESSAGES = 65536;

  /// Nobody at all gets a queue for longer ones.
  public static final int LONGEST_MESSAGE = 16 << 20;

  public static final int SHORTEST_MAXIMUM = 128;
  private static final int PRIORITIES = 32768;

  private int queues = 256;
  private int messages = 10;
  private int messageBytes = 8192;
  private int usualMessages = 10;
  private int usualMessageBytes = 8192;

  public int queues() {
    return queues;
  }

  public void setQueues(int most) {
    queues = most;
  }

  /// What who has no privilege may ask for.
  public int messages() {
    return messages;
  }

  public void setMessages(int most) {
    messages = most;
  }

  public int messageBytes() {
    return messageBytes;
  }

  public void setMessageBytes(int most) {
    messageBytes = most;
  }

  /// What who does not ask gets, if it is not more than the limits.
  public int usualMessages() {
    return usualMessages;
  }

  public void setUsualMessages(int usual) {
    usualMessages = usual;
  }

  public int usualMessageBytes() {
    return usualMessageBytes;
  }

  public void setUsualMessageBytes(int usual) {
    usualMessageBytes = usual;
  }

  QueueAttributes usual() {
    return new QueueAttributes(
        Math.min(messages, usualMessages), Math.min(messageBytes, usualMessageBytes));
  }

  /// Checks what somebody asks for.
  ///
  /// @throws Errno EINVAL if that is nothing or too much
  void check(QueueAttributes asked, boolean privileged) throws Errno {
    if (asked.messages() <= 0
        || asked.messageBytes() <= 0
        || asked.messages() > (privileged ? MOST_MESSAGES : messages)
        || asked.messageBytes() > (privileged ? LONGEST_MESSAGE : messageBytes)) {
      throw Errno.EINVAL;
    }
  }

  /// What a queue counts for RLIMIT_MSGQUEUE: all messages that could be in it, with what Linux
  /// keeps of each.
  ///
  /// @throws Errno EOVERFLOW if that is more than a word can say
  static long bytes(QueueAttributes of, DataModel model) throws Errno {
    long word = model.wordBytes();
    long perMessage = 6 * word;
    long perPriority = model.is64Bit() ? 48 : 24;
    long kept = of.messages() * perMessage + Math.min(of.messages(), PRIORITIES) * perPriority;
    long bytes = of.messages() * of.messageBytes();
    if (!model.is64Bit() && (bytes >>> 32 != 0 || (bytes + kept) >>> 32 != 0)) {
      throw Errno.EOVERFLOW;
    }
    return bytes + kept;
  }
}
