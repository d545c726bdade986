package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.net.NetSocket;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An AF_UNIX socket: what streams and datagrams have in common.
abstract class UnixSocket extends SocketFile implements NetSocket {
  /// What a message takes beside its bytes.
  static final int OVERHEAD = 576;

  private static final int READ = 1;
  private static final int WRITE = 2;

  private static final int SO_ACCEPTCON = 0x10000;
  private static final int SS_UNCONNECTED = 1;
  private static final int SS_CONNECTED = 3;

  private final Sockets sockets;
  private final NetNamespace network;
  private final Deque<Message> received = new ArrayDeque<>();
  private final WaitQueue readable = new WaitQueue();
  private final WaitQueue writable = new WaitQueue();
  private SocketAddress name = SocketAddress.UNNAMED;
  private @Nullable VfsPath boundFile;
  private @Nullable UnixSocket peer;
  private @Nullable SocketCredentials peerCredentials;
  private @Nullable Errno error;
  private int shutdown;
  private int underWay;
  private int messagesUnderWay;
  private boolean counted = true;
  private boolean closed;

  UnixSocket(Sockets sockets, NetNamespace network, VfsPath path, int flags, int type)
      throws Errno {
    super(path, OpenFlags.O_RDWR | (flags & OpenFlags.O_NONBLOCK), type);
    this.sockets = sockets;
    this.network = network;
    network.add(this);
    network.charge(protocol());
  }

  /// The network that it was made in.
  final NetNamespace network() {
    return network;
  }

  @Override
  public final String description() {
    int references = peer == null ? 2 : 3;
    String numbers =
        String.format(
            "%08X %08X %08X %04X %02X %5d",
            references,
            0,
            isListening() ? SO_ACCEPTCON : 0,
            type(),
            peer == null ? SS_UNCONNECTED : SS_CONNECTED,
            inode().ino());
    if (name.isUnnamed()) {
      return numbers;
    }
    return numbers + " " + (name.isAbstract() ? name.name().replace('\0', '@') : name.path());
  }

  /// What /proc/net/protocols counts it as.
  private String protocol() {
    return type() == SocketNumbers.SOCK_DGRAM ? "UNIX" : "UNIX-STREAM";
  }

  final Sockets sockets() {
    return sockets;
  }

  @Override
  public final int domain() {
    return SocketNumbers.AF_UNIX;
  }

  // Names and peers.

  @Override
  public void bind(Caller caller, SocketAddress address) throws Errno {
    if (address.family() != SocketNumbers.AF_UNIX) {
      throw Errno.EINVAL;
    }
    if (!name.isUnnamed()) {
      if (address.isUnnamed()) {
        return;
      }
      if (!address.isAbstract()) {
        sockets.requireFree(caller, address);
      }
      throw Errno.EINVAL;
    }
    name = sockets.bind(caller, this, address);
  }

  final void boundTo(VfsPath file) {
    file.hold();
    boundFile = file;
  }

  /// A socket that was accepted has the name of the one that listened.
  final void setName(SocketAddress newName) {
    name = newName;
  }

  @Override
  public final SocketAddress localAddress() {
    return name;
  }

  @Override
  public SocketAddress peerAddress() throws Errno {
    UnixSocket other = peer;
    if (other == null) {
      throw Errno.ENOTCONN;
    }
    return other.name;
  }

  final @Nullable UnixSocket peer() {
    return peer;
  }

  void setPeer(@Nullable UnixSocket newPeer) {
    peer = newPeer;
  }

  /// Becomes one of a pair.
  void pairWith(UnixSocket other, SocketCredentials who) {
    peer = other;
    peerCredentials = who;
  }

  @Override
  public final @Nullable SocketCredentials peerCredentials() {
    return peerCredentials;
  }

  final void setPeerCredentials(@Nullable SocketCredentials who) {
    peerCredentials = who;
  }

  // The queue.

  final Deque<Message> received() {
    return received;
  }

  final WaitQueue readable() {
    return readable;
  }

  final WaitQueue writable() {
    return writable;
  }

  /// Bytes of its own that are under way become more, or fewer.
  final void charge(int bytes) {
    underWay += bytes;
    messagesUnderWay += bytes < 0 ? -1 : 1;
    endIfUnused();
    if (bytes < 0) {
      writable.wakeAll();
    }
  }

  final int underWay() {
    return underWay;
  }

  /// Whether more may be sent as far as the own buffer goes.
  final boolean hasBuffer() {
    return underWay < options().sendBuffer();
  }

  final void deliver(Message message) {
    received.add(message);
    message.deliveredTo(this);
    readable.wakeAll();
  }

  /// The credentials that go with a message: those that the sender names, or its own if the
  /// receiver or the sender wants any.
  final @Nullable SocketCredentials credentialsFor(
      Caller caller, Outgoing message, @Nullable UnixSocket receiver) {
    if (message.credentials() != null) {
      return message.credentials();
    }
    boolean wanted =
        options().passesSenders() || (receiver != null && receiver.options().passesSenders());
    return wanted ? sockets.identity().sender(caller) : null;
  }

  final @Nullable SocketCredentials shown(Message message) {
    return options().passesSenders() ? message.credentials() : null;
  }

  // Sockets under way.

  /// How many descriptors, messages and so on refer to it.
  final int holders() {
    return references();
  }

  /// Who receives what waits here: itself, or who will accept it.
  UnixSocket acceptor() {
    return this;
  }

  // State.

  final boolean isClosed() {
    return closed;
  }

  final boolean readsNoMore() {
    return (shutdown & READ) != 0;
  }

  final boolean writesNoMore() {
    return (shutdown & WRITE) != 0;
  }

  final boolean isShutDown() {
    return shutdown == (READ | WRITE);
  }

  @Override
  public void shutdown(int how) throws Errno {
    if (how < SocketNumbers.SHUT_RD || how > SocketNumbers.SHUT_RDWR) {
      throw Errno.EINVAL;
    }
    int mode = how + 1;
    end(mode);
    UnixSocket other = peer;
    if (other != null && tellsPeer()) {
      // What one end does not read the other need not write.
      other.end((mode & READ) << 1 | (mode & WRITE) >> 1);
    }
  }

  /// Whether the other end is affected by a shutdown.
  abstract boolean tellsPeer();

  final void end(int mode) {
    shutdown |= mode;
    readable.wakeAll();
    writable.wakeAll();
  }

  final void endBoth() {
    end(READ | WRITE);
  }

  @Override
  public final void setError(Errno problem) {
    error = problem;
    readable.wakeAll();
    writable.wakeAll();
  }

  final boolean hasError() {
    return error != null;
  }

  @Override
  public final @Nullable Errno takeError() {
    Errno taken = error;
    error = null;
    return taken;
  }

  final void throwError() throws Errno {
    Errno taken = takeError();
    if (taken != null) {
      throw taken;
    }
  }

  @Override
  protected void onClose() {
    closed = true;
    VfsPath file = boundFile;
    sockets.unbind(this, file);
    network.remove(this);
    if (file != null) {
      file.drop();
    }
    for (Message message : List.copyOf(received)) {
      message.end();
    }
    received.clear();
    readable.wakeAll();
    writable.wakeAll();
    endIfUnused();
    sockets.collectLater();
  }

  /// It is there, as far as the network counts it, until all that it has sent has been received.
  private void endIfUnused() {
    if (closed && messagesUnderWay == 0 && counted) {
      counted = false;
      network.discharge(protocol());
    }
  }

  @Override
  public final List<WaitQueue> pollQueues(int events) {
    List<WaitQueue> queues = new ArrayList<>(2);
    queues.add(readable);
    queues.add(writable);
    return queues;
  }

  /// Says whether the next byte is one that was sent out of band.
  ///
  /// @throws Errno EOPNOTSUPP if there are no such bytes
  abstract boolean isAtMark() throws Errno;

  /// What FIONREAD tells.
  abstract int available();

  @Override
  public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
    switch (request) {
      case Ioctls.FIONREAD -> {
        if (isListening()) {
          throw Errno.EINVAL;
        }
        memory.writeInt(argument, available());
      }
      case Ioctls.TIOCOUTQ -> memory.writeInt(argument, underWay);
      case Ioctls.SIOCATMARK -> memory.writeInt(argument, isAtMark() ? 1 : 0);
      default -> network.loopback().ioctl(caller.credentials(), request, argument, memory);
    }
    return 0;
  }

  /// Takes bytes out of a guest's buffer.
  static byte[] take(IoBuffer buffer, int length) throws Errno {
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      int got = buffer.get(bytes, done, length - done);
      if (got == 0) {
        break;
      }
      done += got;
    }
    if (done < length) {
      throw Errno.EFAULT;
    }
    return bytes;
  }
}
