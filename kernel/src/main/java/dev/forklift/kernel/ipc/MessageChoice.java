package dev.forklift.kernel.ipc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which message msgrcv(2) wants.
sealed interface MessageChoice {
  int MSG_NOERROR = 010000;
  int MSG_EXCEPT = 020000;
  int MSG_COPY = 040000;

  /// The first one.
  record Any() implements MessageChoice {}

  /// The first one of a type.
  record OfType(long type) implements MessageChoice {}

  /// The first one of any other type.
  record NotOfType(long type) implements MessageChoice {}

  /// The first one of the lowest type up to this.
  record UpTo(long type) implements MessageChoice {}

  /// The one at a place in the queue.
  record At(long place) implements MessageChoice {}

  static MessageChoice of(long type, int flags) {
    if ((flags & MSG_COPY) != 0) {
      return new At(type);
    }
    if (type == 0) {
      return new Any();
    }
    if (type < 0) {
      return new UpTo(type == Long.MIN_VALUE ? Long.MAX_VALUE : -type);
    }
    return (flags & MSG_EXCEPT) != 0 ? new NotOfType(type) : new OfType(type);
  }

  /// Says whether a message that arrives now would do.
  default boolean takes(Message message) {
    return switch (this) {
      case Any() -> true;
      case OfType(long type) -> message.type() == type;
      case NotOfType(long type) -> message.type() != type;
      case UpTo(long type) -> message.type() <= type;
      case At(long _) -> false;
    };
  }

  /// The message, or null if there is none.
  default @Nullable Message among(List<Message> messages) {
    if (this instanceof At(long place)) {
      return place >= 0 && place < messages.size() ? messages.get((int) place) : null;
    }
    Message best = null;
    for (Message message : messages) {
      if (takes(message) && (best == null || message.type() < best.type())) {
        best = message;
        if (!(this instanceof UpTo)) {
          break;
        }
      }
    }
    return best;
  }
}
