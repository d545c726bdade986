package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A connected AF_UNIX socket, of bytes (SOCK_STREAM) or of messages (SOCK_SEQPACKET), or one that
/// waits for connections.
final class UnixStream extends UnixSocket {
  private static final int CHUNK = 32 * 1024;

  private enum State {
    FRESH,
    LISTENING,
    CONNECTED
  }

  private final boolean packets;
  private final Queue<UnixStream> connections = new ArrayDeque<>(0);
  private State state = State.FRESH;
  private final UrgentByte urgent = new UrgentByte();
  private @Nullable UnixStream listener;
  private int backlog;

  UnixStream(Sockets sockets, NetNamespace network, VfsPath path, int flags, int type)
      throws Errno {
    super(sockets, network, path, flags, type);
    this.packets = type == SocketNumbers.SOCK_SEQPACKET;
  }

  @Override
  void pairWith(UnixSocket other, SocketCredentials who) {
    super.pairWith(other, who);
    state = State.CONNECTED;
  }

  @Override
  public boolean isListening() {
    return state == State.LISTENING;
  }

  // Connecting.

  @Override
  public void listen(Caller caller, int newBacklog) throws Errno {
    if (localAddress().isUnnamed() || state == State.CONNECTED) {
      throw Errno.EINVAL;
    }
    state = State.LISTENING;
    backlog = Math.max(0, newBacklog);
    setPeerCredentials(sockets().identity().peer(caller));
    writable().wakeAll();
  }

  @Override
  public void connect(Caller caller, SocketAddress address) throws Errno {
    if (address.family() != SocketNumbers.AF_UNIX || address.isUnnamed()) {
      throw Errno.EINVAL;
    }
    UnixStream listener;
    while (true) {
      listener = (UnixStream) sockets().find(caller, address, this);
      if (listener.state != State.LISTENING || listener.readsNoMore()) {
        throw Errno.ECONNREFUSED;
      }
      if (listener.connections.size() <= listener.backlog) {
        break;
      }
      if (!mayWait(0)) {
        throw Errno.EAGAIN;
      }
      awaitAccepted(caller, listener);
    }
    switch (state) {
      case FRESH -> {}
      case LISTENING -> throw Errno.EINVAL;
      case CONNECTED -> throw Errno.EISCONN;
    }
    UnixStream other = (UnixStream) sockets().make(caller, network(), type(), 0);
    other.setName(listener.localAddress());
    other.options().passSendersAs(listener.options());
    other.pairWith(this, sockets().identity().peer(caller));
    pairWith(other, Objects.requireNonNull(listener.peerCredentials()));
    other.listener = listener;
    listener.connections.add(other);
    listener.readable().wakeAll();
    writable().wakeAll();
  }

  private void awaitAccepted(Caller caller, UnixStream listener) throws Errno {
    await(
        caller,
        listener.writable(),
        options().sendTimeout(),
        () ->
            listener.connections.size() <= listener.backlog
                || listener.isClosed()
                || listener.readsNoMore());
  }

  @Override
  public SocketFile accept(Caller caller, int flags) throws Errno {
    if (state != State.LISTENING) {
      throw Errno.EINVAL;
    }
    UnixStream next = connections.poll();
    while (next == null) {
      if (readsNoMore()) {
        throw Errno.EINVAL;
      }
      if (!mayWait(0)) {
        throw Errno.EAGAIN;
      }
      await(
          caller,
          readable(),
          options().receiveTimeout(),
          () -> !connections.isEmpty() || readsNoMore());
      next = connections.poll();
    }
    writable().wakeAll();
    next.listener = null;
    next.setFlags(flags);
    return next;
  }

  // Sending.

  @Override
  public long send(Caller caller, IoBuffer buffer, Outgoing message) throws Errno {
    boolean outOfBand = (message.flags() & SocketNumbers.MSG_OOB) != 0;
    if (outOfBand && (packets || buffer.remaining() == 0)) {
      throw Errno.EOPNOTSUPP;
    }
    if (state != State.CONNECTED) {
      if (message.address() != null) {
        throw packets ? Errno.ENOTCONN : Errno.EOPNOTSUPP;
      }
      throw Errno.ENOTCONN;
    }
    if (message.address() != null && !packets) {
      throw Errno.EISCONN;
    }
    throwError();
    return packets ? sendPacket(caller, buffer, message) : sendBytes(caller, buffer, message);
  }

  private long sendPacket(Caller caller, IoBuffer buffer, Outgoing message) throws Errno {
    long length = buffer.remaining();
    if (length + OVERHEAD > options().sendBuffer()) {
      throw Errno.EMSGSIZE;
    }
    UnixSocket receiver = awaitBuffer(caller, message);
    byte[] bytes = take(buffer, (int) length);
    receiver.deliver(
        new Message(bytes, this, message.files(), credentialsFor(caller, message, receiver)));
    return length;
  }

  /// With MSG_OOB the last byte is urgent.
  private long sendBytes(Caller caller, IoBuffer buffer, Outgoing message) throws Errno {
    long done = 0;
    int kept = (message.flags() & SocketNumbers.MSG_OOB) != 0 ? 1 : 0;
    try {
      while (buffer.remaining() > 0) {
        UnixStream receiver = (UnixStream) awaitBuffer(caller, message);
        int most = Math.min(CHUNK, Math.max(1, options().sendBuffer() / 2 - OVERHEAD));
        boolean last = buffer.remaining() == kept;
        byte[] bytes = take(buffer, last ? kept : (int) Math.min(most, buffer.remaining() - kept));
        List<OpenFile> files = done == 0 ? message.files() : List.of();
        Message part =
            new Message(bytes, this, files, credentialsFor(caller, message, receiver), last);
        if (last) {
          receiver.urgent.set(part);
        }
        receiver.deliver(part);
        done += bytes.length;
      }
    } catch (Errno e) {
      if (done == 0) {
        throw e;
      }
    }
    return done;
  }

  /// Sleeps until there is room in the buffer.
  private UnixSocket awaitBuffer(Caller caller, Outgoing message) throws Errno {
    while (true) {
      UnixSocket other = peer();
      if (writesNoMore() || other == null || other.isClosed() || other.readsNoMore()) {
        if ((message.flags() & SocketNumbers.MSG_NOSIGNAL) == 0) {
          caller.raise(Signal.SIGPIPE);
        }
        throw Errno.EPIPE;
      }
      if (hasBuffer()) {
        return other;
      }
      if (!mayWait(message.flags())) {
        throw Errno.EAGAIN;
      }
      await(
          caller,
          writable(),
          options().sendTimeout(),
          () -> hasBuffer() || writesNoMore() || hasError());
    }
  }

  // Receiving.

  @Override
  public Incoming receive(Caller caller, IoBuffer buffer, int flags) throws Errno {
    boolean outOfBand = (flags & SocketNumbers.MSG_OOB) != 0;
    if (outOfBand && packets) {
      throw Errno.EOPNOTSUPP;
    }
    if (state != State.CONNECTED) {
      throw packets ? Errno.ENOTCONN : Errno.EINVAL;
    }
    return new StreamReception(this, urgent, caller, buffer, flags).receive(packets);
  }

  @Override
  boolean isAtMark() throws Errno {
    if (packets) {
      throw Errno.EOPNOTSUPP;
    }
    return urgent.isAtMark(received());
  }

  @Override
  UnixSocket acceptor() {
    UnixStream by = listener;
    return by == null ? this : by;
  }

  // State.

  @Override
  boolean tellsPeer() {
    return true;
  }

  @Override
  protected void onClose() {
    UnixSocket other = peer();
    boolean unread = !received().isEmpty();
    super.onClose();
    for (UnixStream waiting : connections) {
      waiting.abandon();
    }
    connections.clear();
    if (other instanceof UnixStream stream && !stream.isClosed()) {
      if (unread) {
        stream.setError(Errno.ECONNRESET);
      }
      stream.endBoth();
    }
  }

  /// Nobody will accept it any more.
  private void abandon() {
    UnixSocket other = peer();
    if (other != null) {
      other.setError(Errno.ECONNRESET);
    }
    release();
  }

  @Override
  int available() {
    int count = 0;
    for (Message message : received()) {
      count += message.remaining();
    }
    return count;
  }

  @Override
  public int poll() {
    int events = hasError() ? PollEvents.POLLERR : 0;
    if (isListening()) {
      return events | (connections.isEmpty() ? 0 : PollEvents.READABLE);
    }
    if (isShutDown() || state == State.FRESH) {
      events |= PollEvents.POLLHUP;
    }
    if (readsNoMore()) {
      events |= PollEvents.POLLRDHUP | PollEvents.READABLE;
    }
    if (!received().isEmpty()) {
      events |= PollEvents.READABLE;
    }
    if (urgent.isThere()) {
      events |= PollEvents.POLLPRI;
    }
    if (isWritable()) {
      events |= PollEvents.WRITABLE | PollEvents.POLLWRBAND;
    }
    return events;
  }

  private boolean isWritable() {
    return 4L * underWay() <= options().sendBuffer();
  }
}
