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
import java.util.List;

/// An AF_UNIX socket of messages without connections (SOCK_DGRAM).
final class UnixDatagram extends UnixSocket {
  /// How many messages wait for a receiver (net.unix.max_dgram_qlen).
  private static final int QUEUE_LENGTH = 10;

  UnixDatagram(Sockets sockets, NetNamespace network, VfsPath path, int flags) throws Errno {
    super(sockets, network, path, flags, SocketNumbers.SOCK_DGRAM);
  }

  @Override
  public boolean isListening() {
    return false;
  }

  @Override
  public void listen(Caller caller, int backlog) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public SocketFile accept(Caller caller, int flags) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public void connect(Caller caller, SocketAddress address) throws Errno {
    if (address.family() == SocketNumbers.AF_UNSPEC) {
      setPeer(null);
      return;
    }
    if (address.family() != SocketNumbers.AF_UNIX || address.isUnnamed()) {
      throw Errno.EINVAL;
    }
    UnixDatagram target = (UnixDatagram) sockets().find(caller, address, this);
    if (!target.accepts(this)) {
      throw Errno.EPERM;
    }
    setPeer(target);
    writable().wakeAll();
  }

  /// One that is connected to somebody takes messages from nobody else.
  private boolean accepts(UnixSocket sender) {
    return peer() == null || peer() == sender;
  }

  @Override
  public long send(Caller caller, IoBuffer buffer, Outgoing message) throws Errno {
    if ((message.flags() & SocketNumbers.MSG_OOB) != 0) {
      throw Errno.EOPNOTSUPP;
    }
    long length = buffer.remaining();
    if (length + OVERHEAD > options().sendBuffer()) {
      throw Errno.EMSGSIZE;
    }
    throwError();
    SocketAddress address = message.address();
    while (true) {
      UnixSocket target;
      if (address != null) {
        if (address.family() != SocketNumbers.AF_UNIX || address.isUnnamed()) {
          throw Errno.EINVAL;
        }
        target = sockets().find(caller, address, this);
      } else {
        target = peer();
        if (target == null) {
          throw Errno.ENOTCONN;
        }
      }
      UnixDatagram receiver = (UnixDatagram) target;
      if (receiver.isClosed()) {
        if (address == null) {
          setPeer(null);
        }
        throw Errno.ECONNREFUSED;
      }
      if (!receiver.accepts(this)) {
        throw Errno.EPERM;
      }
      if (writesNoMore() || receiver.readsNoMore()) {
        if (writesNoMore() && (message.flags() & SocketNumbers.MSG_NOSIGNAL) == 0) {
          caller.raise(Signal.SIGPIPE);
        }
        throw Errno.EPIPE;
      }
      if (hasBuffer() && (receiver == this || !receiver.isFull())) {
        byte[] bytes = take(buffer, (int) length);
        receiver.deliver(
            new Message(bytes, this, message.files(), credentialsFor(caller, message, receiver)));
        return length;
      }
      if (!mayWait(message.flags())) {
        throw Errno.EAGAIN;
      }
      if (!hasBuffer()) {
        await(caller, writable(), options().sendTimeout(), this::hasBuffer);
      } else {
        await(
            caller,
            receiver.writable(),
            options().sendTimeout(),
            () -> !receiver.isFull() || receiver.isClosed() || receiver.readsNoMore());
      }
    }
  }

  private boolean isFull() {
    return received().size() > QUEUE_LENGTH;
  }

  @Override
  public Incoming receive(Caller caller, IoBuffer buffer, int flags) throws Errno {
    if ((flags & SocketNumbers.MSG_OOB) != 0) {
      throw Errno.EOPNOTSUPP;
    }
    while (received().isEmpty()) {
      throwError();
      if (!mayWait(flags)) {
        throw Errno.EAGAIN;
      }
      if (readsNoMore()) {
        return Incoming.plain(0);
      }
      await(
          caller,
          readable(),
          options().receiveTimeout(),
          () -> !received().isEmpty() || readsNoMore() || hasError());
    }
    Message message = received().getFirst();
    int length = message.remaining();
    int count = (int) Math.min(length, buffer.remaining());
    int given = count == 0 ? 0 : buffer.put(message.bytes(), 0, count);
    if (given < count) {
      throw Errno.EFAULT;
    }
    boolean peek = (flags & SocketNumbers.MSG_PEEK) != 0;
    List<OpenFile> files = peek ? message.copyFiles() : message.takeFiles();
    if (!peek) {
      received().removeFirst();
      message.end();
      writable().wakeAll(); // those wait there who send to a full queue
    }
    boolean whole = (flags & SocketNumbers.MSG_TRUNC) != 0;
    return new Incoming(
        whole ? length : count,
        message.from(),
        files,
        shown(message),
        count < length ? SocketNumbers.MSG_TRUNC : 0);
  }

  @Override
  boolean isAtMark() throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  boolean tellsPeer() {
    return false;
  }

  @Override
  int available() {
    return received().isEmpty() ? 0 : received().getFirst().remaining();
  }

  @Override
  protected void onClose() {
    UnixSocket other = peer();
    super.onClose();
    setPeer(null);
    if (other != null && other.peer() == this) {
      // Whoever waits for room here is refused.
      other.writable().wakeAll();
    }
  }

  @Override
  public int poll() {
    int events = hasError() ? PollEvents.POLLERR : 0;
    if (isShutDown()) {
      events |= PollEvents.POLLHUP;
    }
    if (readsNoMore()) {
      events |= PollEvents.POLLRDHUP | PollEvents.READABLE;
    }
    if (!received().isEmpty()) {
      events |= PollEvents.READABLE;
    }
    if (isWritable()) {
      events |= PollEvents.WRITABLE | PollEvents.POLLWRBAND;
    }
    return events;
  }

  private boolean isWritable() {
    UnixSocket other = peer();
    boolean full = other instanceof UnixDatagram target && other != this && target.isFull();
    return 4L * underWay() <= options().sendBuffer() && !full;
  }
}
