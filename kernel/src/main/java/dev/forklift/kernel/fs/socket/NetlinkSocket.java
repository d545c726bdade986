package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A socket by which the kernel tells a process something (netlink(7)): here, what came to a
/// message queue. No part of this kernel takes requests, so whatever is sent is refused.
public final class NetlinkSocket extends SocketFile {
  /// `struct sockaddr_nl`: family, padding, port and groups.
  private static final int ADDRESS_BYTES = 12;

  private static final int FAMILY_BYTES = Short.BYTES;
  private static final int MESSAGE_OVERHEAD = 576;

  private final NetNamespace network;
  private final NetlinkPorts ports;
  private final DataModel model;
  private final Deque<byte[]> received = new ArrayDeque<>();
  private final WaitQueue readable = new WaitQueue();
  private final WaitQueue emptied = new WaitQueue();
  private int port;
  private int peerPort;
  private int waiting;
  private boolean closed;
  private @Nullable Errno error;

  NetlinkSocket(
      NetNamespace network, NetlinkPorts ports, DataModel model, VfsPath path, int flags, int type)
      throws Errno {
    super(path, OpenFlags.O_RDWR | (flags & OpenFlags.O_NONBLOCK), type);
    this.network = network;
    this.ports = ports;
    this.model = model;
    network.hold();
  }

  NetNamespace network() {
    return network;
  }

  @Override
  public int domain() {
    return SocketNumbers.AF_NETLINK;
  }

  // What the kernel says.

  /// Waits until there is room for a message.
  public void awaitRoom(Caller caller) throws Errno {
    caller.sleeper().await(emptied, this::hasRoom);
  }

  private boolean hasRoom() {
    return closed || waiting <= options().receiveBuffer();
  }

  /// A message of the kernel comes. One for a socket that is closed is lost.
  public void deliver(byte[] message) {
    if (!closed) {
      received.add(message);
      waiting += charge(message);
      readable.wakeAll();
    }
  }

  private static int charge(byte[] message) {
    return message.length + MESSAGE_OVERHEAD;
  }

  @Override
  public Incoming receive(Caller caller, IoBuffer buffer, int flags) throws Errno {
    if ((flags & SocketNumbers.MSG_OOB) != 0) {
      throw Errno.EOPNOTSUPP;
    }
    while (received.isEmpty()) {
      Errno problem = takeError();
      if (problem != null) {
        throw problem;
      }
      if (!mayWait(flags)) {
        throw Errno.EAGAIN;
      }
      await(
          caller, readable, options().receiveTimeout(), () -> !received.isEmpty() || error != null);
    }
    byte[] message = received.getFirst();
    int count = (int) Math.min(message.length, buffer.remaining());
    if (count > 0 && buffer.put(message, 0, count) < count) {
      throw Errno.EFAULT;
    }
    if ((flags & SocketNumbers.MSG_PEEK) == 0) {
      received.removeFirst();
      waiting -= charge(message);
      emptied.wakeAll();
    }
    boolean whole = (flags & SocketNumbers.MSG_TRUNC) != 0;
    return new Incoming(
        whole ? message.length : count,
        address(0),
        List.of(),
        null,
        count < message.length ? SocketNumbers.MSG_TRUNC : 0);
  }

  @Override
  public int poll() {
    return (error != null ? PollEvents.POLLERR : 0)
        | (received.isEmpty() ? 0 : PollEvents.READABLE)
        | PollEvents.WRITABLE
        | PollEvents.POLLWRBAND;
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(readable);
  }

  @Override
  protected void onClose() {
    closed = true;
    received.clear();
    ports.free(this, port);
    network.release();
    readable.wakeAll();
    emptied.wakeAll();
  }

  // Addresses.

  @Override
  public void bind(Caller caller, SocketAddress address) throws Errno {
    int wanted = portOf(address);
    if (port != 0) {
      if (wanted != port) {
        throw Errno.EINVAL;
      }
    } else if (wanted == 0) {
      port = ports.any(caller, this);
    } else {
      ports.take(this, wanted);
      port = wanted;
    }
  }

  @Override
  public void connect(Caller caller, SocketAddress address) throws Errno {
    if (address.family() == SocketNumbers.AF_UNSPEC) {
      peerPort = 0;
      return;
    }
    int wanted = portOf(address);
    requirePort(caller);
    peerPort = wanted;
  }

  private void requirePort(Caller caller) throws Errno {
    if (port == 0) {
      port = ports.any(caller, this);
    }
  }

  private int portOf(SocketAddress address) throws Errno {
    byte[] rest = address.bytes();
    if (address.family() != SocketNumbers.AF_NETLINK
        || rest.length < ADDRESS_BYTES - FAMILY_BYTES) {
      throw Errno.EINVAL;
    }
    byte[] whole = new byte[ADDRESS_BYTES];
    System.arraycopy(rest, 0, whole, FAMILY_BYTES, ADDRESS_BYTES - FAMILY_BYTES);
    return new StructReader(model, whole).skip(Integer.BYTES).s32();
  }

  private SocketAddress address(int ofPort) {
    byte[] bytes =
        new StructWriter(model).u16(SocketNumbers.AF_NETLINK).u16(0).u32(ofPort).u32(0).toBytes();
    return new SocketAddress(
        SocketNumbers.AF_NETLINK,
        new String(bytes, FAMILY_BYTES, ADDRESS_BYTES - FAMILY_BYTES, StandardCharsets.ISO_8859_1));
  }

  @Override
  public SocketAddress localAddress() {
    return address(port);
  }

  @Override
  public SocketAddress peerAddress() {
    return address(peerPort);
  }

  /// Nobody is there to be told: no part of the kernel, and no other process.
  @Override
  public long send(Caller caller, IoBuffer buffer, Outgoing message) throws Errno {
    if ((message.flags() & SocketNumbers.MSG_OOB) != 0) {
      throw Errno.EOPNOTSUPP;
    }
    if (message.address() != null) {
      var _ = portOf(message.address());
    }
    requirePort(caller);
    throw Errno.ECONNREFUSED;
  }

  // What a socket without connections cannot do.

  @Override
  public void listen(Caller caller, int backlog) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public SocketFile accept(Caller caller, int flags) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public void shutdown(int how) throws Errno {
    throw Errno.EOPNOTSUPP;
  }

  @Override
  public boolean isListening() {
    return false;
  }

  @Override
  public @Nullable SocketCredentials peerCredentials() {
    return null;
  }

  @Override
  public void setError(Errno problem) {
    error = problem;
    readable.wakeAll();
  }

  @Override
  public @Nullable Errno takeError() {
    Errno taken = error;
    error = null;
    return taken;
  }
}
