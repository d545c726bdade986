package dev.forklift.kernel.fs.socket;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// The byte that a stream has been sent out of band (MSG_OOB) and that has not been received. It
/// waits among the others, as a message of its own, and is a mark where reading stops.
final class UrgentByte {
  private @Nullable Message message;

  @Nullable Message message() {
    return message;
  }

  boolean isThere() {
    return message != null;
  }

  /// Another one has come. The one before is a byte like all others then.
  void set(@Nullable Message next) {
    message = next;
  }

  /// Says whether reading has come to the mark.
  boolean isAtMark(Deque<Message> queue) {
    Message head = queue.peekFirst();
    if (head == null || head == message) {
      return head != null;
    }
    return head.remaining() == 0 && (message == null || second(queue) == message);
  }

  private static @Nullable Message second(Deque<Message> queue) {
    Iterator<Message> all = queue.iterator();
    all.next();
    return all.hasNext() ? all.next() : null;
  }

  /// The message that reading goes on with; null if it stops here.
  ///
  /// @param inline whether the byte is read with the others
  /// @param begun whether something has been read already
  @Nullable Message next(Deque<Message> queue, boolean inline, boolean peek, boolean begun) {
    Message head = queue.peekFirst();
    if (head != null && head.remaining() == 0 && head.isUrgent()) {
      // What has been received out of band is still a mark.
      if (begun && (message == null || head == message)) {
        return null;
      }
      Message behind = second(queue);
      if (!peek) {
        queue.removeFirst();
        head.end();
      }
      head = behind;
    }
    if (head == null || head != message) {
      return head;
    }
    if (begun) {
      return null;
    }
    if (!peek) {
      message = null;
    }
    if (inline) {
      return head;
    }
    Message behind = second(queue.peekFirst() == head ? queue : rest(queue));
    if (!peek) {
      queue.removeFirst();
      head.end();
    }
    return behind;
  }

  /// Without what has been received out of band and is only peeked over.
  private static Deque<Message> rest(Deque<Message> queue) {
    Deque<Message> rest = new ArrayDeque<>(queue);
    rest.removeFirst();
    return rest;
  }
}
