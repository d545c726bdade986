package dev.forklift.kernel.fs.socket;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Sockets on their way in messages (SCM_RIGHTS), and the end of those that nobody can receive any
/// more: they keep each other alive, in the queues of sockets that are on their way themselves
/// (Linux's `unix_gc()`).
final class SocketsInFlight {
  private final IdentityHashMap<UnixSocket, Integer> counts = new IdentityHashMap<>();
  private final Set<Message> messages = Collections.newSetFromMap(new IdentityHashMap<>());

  /// A message with files is under way.
  void sent(Message message) {
    for (UnixSocket socket : message.sockets()) {
      counts.merge(socket, 1, Integer::sum);
      messages.add(message);
    }
  }

  /// The files of a message have been taken out of it, or given up.
  void landed(Message message) {
    for (UnixSocket socket : message.sockets()) {
      counts.computeIfPresent(socket, (_, count) -> count == 1 ? null : count - 1);
    }
    messages.remove(message);
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  /// Says whether nobody has a socket but messages.
  private boolean hasOnly(UnixSocket socket) {
    Integer count = counts.get(socket);
    return count != null && socket.holders() == count;
  }

  /// Ends all that cannot be received.
  void collect() {
    Set<UnixSocket> lost = Collections.newSetFromMap(new IdentityHashMap<>());
    counts.keySet().stream().filter(this::hasOnly).forEach(lost::add);
    boolean found = true;
    while (found && !lost.isEmpty()) {
      found = false;
      for (Message message : messages) {
        if (!lost.contains(message.receiver())) {
          found |= lost.removeAll(message.sockets());
        }
      }
    }
    List<Message> garbage = new ArrayList<>(messages);
    garbage.removeIf(message -> !lost.contains(message.receiver()));
    // Each ends sockets, with other messages among these in their queues.
    garbage.forEach(Message::end);
  }
}
