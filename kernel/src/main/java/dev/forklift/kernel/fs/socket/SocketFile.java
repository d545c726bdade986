package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A socket: what socket(2) and its relatives work on.
public abstract class SocketFile extends OpenFile {
  private final int type;
  private final SocketOptions options = new SocketOptions();

  /// @param type SOCK_*
  protected SocketFile(VfsPath path, int flags, int type) throws Errno {
    super(path, flags);
    this.type = type;
  }

  /// AF_*.
  public abstract int domain();

  /// SOCK_*.
  public final int type() {
    return type;
  }

  public final SocketOptions options() {
    return options;
  }

  public abstract void bind(Caller caller, SocketAddress address) throws Errno;

  public abstract void listen(Caller caller, int backlog) throws Errno;

  /// Waits for a connection.
  ///
  /// @param flags of the new socket: O_NONBLOCK
  public abstract SocketFile accept(Caller caller, int flags) throws Errno;

  public abstract void connect(Caller caller, SocketAddress address) throws Errno;

  /// getsockname(2).
  public abstract SocketAddress localAddress();

  /// getpeername(2).
  public abstract SocketAddress peerAddress() throws Errno;

  public abstract long send(Caller caller, IoBuffer buffer, Outgoing message) throws Errno;

  /// recvmsg(2).
  ///
  /// @param flags MSG_*
  public abstract Incoming receive(Caller caller, IoBuffer buffer, int flags) throws Errno;

  /// shutdown(2).
  ///
  /// @param how SHUT_*
  public abstract void shutdown(int how) throws Errno;

  /// Whether it waits for connections.
  public abstract boolean isListening();

  /// Who connected or listens at the other end.
  public abstract @Nullable SocketCredentials peerCredentials();

  /// Remembers an error for whoever uses the socket next.
  public abstract void setError(Errno problem);

  /// The error that happened meanwhile, forgotten by this call; null if none did.
  public abstract @Nullable Errno takeError();

  @Override
  protected final boolean isSeekable() {
    return false;
  }

  @Override
  protected final long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    Incoming got = receive(caller, buffer, 0);
    got.discardFiles();
    return got.count();
  }

  @Override
  protected final long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    return send(caller, buffer, Outgoing.plain(0));
  }

  final boolean mayWait(int flags) {
    return !isNonblocking() && (flags & SocketNumbers.MSG_DONTWAIT) == 0;
  }

  /// Sleeps until `ready` holds or a timeout of the socket has passed.
  ///
  /// @param timeout nanoseconds, 0 for none
  /// @throws Errno EAGAIN when it has passed
  final void await(Caller caller, WaitQueue queue, long timeout, BooleanSupplier ready)
      throws Errno {
    Sleeper sleeper = caller.sleeper();
    if (timeout == 0) {
      sleeper.await(queue, ready);
      return;
    }
    long deadline = sleeper.clock().monotonicNanos() + timeout;
    try {
      if (!sleeper.await(
          Sleeper.Mode.INTERRUPTIBLE,
          deadline < 0 ? KernelClock.NEVER : deadline,
          ready,
          List.of(queue))) {
        throw Errno.EAGAIN;
      }
    } catch (Errno e) {
      // With a timeout the call would wait anew each time: it is not made again (signal(7)).
      throw e == Errno.ERESTARTSYS ? Errno.EINTR : e;
    }
  }
}
