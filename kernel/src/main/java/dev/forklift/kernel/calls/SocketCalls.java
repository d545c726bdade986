package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.fs.socket.Incoming;
import dev.forklift.kernel.fs.socket.Outgoing;
import dev.forklift.kernel.fs.socket.SocketAddress;
import dev.forklift.kernel.fs.socket.SocketFile;
import dev.forklift.kernel.mm.UserBuffer;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.List;

/// Sockets: making, connecting, sending, receiving.
final class SocketCalls {
  private static final int MAX_TYPE = 10;
  private static final int MAX_FAMILY = 46;
  private static final int MAX_MESSAGES = 1024;

  private final FileServices services;

  SocketCalls(FileServices services) {
    this.services = services;
  }

  void rows(SyscallTable table, boolean is64Bit) {
    table
        .sys(198, "socket", INT, FLAGS, INT, this::socket)
        .sys(199, "socketpair", INT, FLAGS, INT, ADDR, this::socketpair)
        .sys(200, "bind", FD, ADDR, INT, SocketCalls::bind)
        .sys(201, "listen", FD, INT, SocketCalls::listen)
        .sys(202, "accept", FD, ADDR, ADDR, (t, fd, a, l) -> accept(t, fd, a, l, 0))
        .sys(203, "connect", FD, ADDR, INT, SocketCalls::connect)
        .sys(204, "getsockname", FD, ADDR, ADDR, SocketCalls::getsockname)
        .sys(205, "getpeername", FD, ADDR, ADDR, SocketCalls::getpeername)
        .sys(206, "sendto", FD, ADDR, SIZE, FLAGS, ADDR, INT, SocketCalls::sendto)
        .sys(207, "recvfrom", FD, ADDR, SIZE, FLAGS, ADDR, ADDR, SocketCalls::recvfrom)
        .sys(208, "setsockopt", FD, INT, INT, ADDR, INT, SocketOptionCalls::set)
        .sys(209, "getsockopt", FD, INT, INT, ADDR, ADDR, SocketOptionCalls::get)
        .sys(210, "shutdown", FD, INT, SocketCalls::shutdown)
        .sys(211, "sendmsg", FD, ADDR, FLAGS, SocketCalls::sendmsg)
        .sys(212, "recvmsg", FD, ADDR, FLAGS, SocketCalls::recvmsg)
        .sys(242, "accept4", FD, ADDR, ADDR, FLAGS, SocketCalls::accept)
        .sys(269, "sendmmsg", FD, ADDR, INT, FLAGS, SocketCalls::sendmmsg)
        .sys(
            243,
            "recvmmsg",
            FD,
            ADDR,
            INT,
            FLAGS,
            ADDR,
            (t, fd, vector, count, flags, timeout) ->
                recvmmsg(t, fd, vector, count, flags, Timeout.old(t, timeout)));
    if (!is64Bit) {
      table.sys(
          417,
          "recvmmsg_time64",
          FD,
          ADDR,
          INT,
          FLAGS,
          ADDR,
          (t, fd, vector, count, flags, timeout) ->
              recvmmsg(t, fd, vector, count, flags, Timeout.time64(t, timeout)));
    }
  }

  static SocketFile file(Task task, int fd) throws Errno {
    if (task.files().get(fd) instanceof SocketFile socket) {
      return socket;
    }
    throw Errno.ENOTSOCK;
  }

  /// What is done with a socket.
  @FunctionalInterface
  private interface Use {
    long with(SocketFile socket) throws Errno;
  }

  /// Uses a socket that another task may close meanwhile.
  private static long use(Task task, int fd, Use use) throws Errno {
    SocketFile socket = file(task, fd);
    return Paths.use(socket, _ -> use.with(socket));
  }

  private static int typeFlags(int type) throws Errno {
    int flags = type & ~SocketNumbers.SOCK_TYPE_MASK;
    Paths.checkFlags(flags, SocketNumbers.SOCK_NONBLOCK | SocketNumbers.SOCK_CLOEXEC);
    return flags;
  }

  private static void check(int domain, int type) throws Errno {
    if (domain < 0 || domain >= MAX_FAMILY) {
      throw Errno.EAFNOSUPPORT;
    }
    if ((type & SocketNumbers.SOCK_TYPE_MASK) > MAX_TYPE) {
      throw Errno.EINVAL;
    }
  }

  private long socket(Task task, int domain, int type, int protocol) throws Errno {
    int flags = typeFlags(type);
    check(domain, type);
    SocketFile socket =
        services
            .sockets()
            .create(task, domain, type & SocketNumbers.SOCK_TYPE_MASK, protocol, flags);
    return Paths.install(task, socket, (flags & SocketNumbers.SOCK_CLOEXEC) != 0);
  }

  private long socketpair(Task task, int domain, int type, int protocol, long address)
      throws Errno {
    int flags = typeFlags(type);
    check(domain, type);
    task.files().requireFree(2, Paths.descriptorLimit(task));
    SocketFile[] pair =
        services.sockets().pair(task, domain, type & SocketNumbers.SOCK_TYPE_MASK, protocol, flags);
    boolean closeOnExec = (flags & SocketNumbers.SOCK_CLOEXEC) != 0;
    int first = Paths.install(task, pair[0], closeOnExec);
    int second = Paths.install(task, pair[1], closeOnExec);
    try {
      UserMemory user = task.memory().user();
      user.putInt(address, first);
      user.putInt(address + Integer.BYTES, second);
    } catch (Errno e) {
      task.files().close(first);
      task.files().close(second);
      throw e;
    }
    return 0;
  }

  private static long bind(Task task, int fd, long address, int length) throws Errno {
    SocketFile socket = file(task, fd);
    socket.bind(task, SocketMemory.address(task, address, length));
    return 0;
  }

  private static long listen(Task task, int fd, int backlog) throws Errno {
    file(task, fd).listen(task, backlog < 0 ? 4096 : Math.min(backlog, 4096));
    return 0;
  }

  private static long accept(Task task, int fd, long address, long length, int flags) throws Errno {
    Paths.checkFlags(flags, SocketNumbers.SOCK_NONBLOCK | SocketNumbers.SOCK_CLOEXEC);
    return use(
        task,
        fd,
        socket -> {
          SocketFile accepted = socket.accept(task, flags & SocketNumbers.SOCK_NONBLOCK);
          try {
            if (address != 0) {
              SocketMemory.giveAddress(task, accepted.peerAddress(), address, length);
            }
          } catch (Errno e) {
            accepted.release();
            throw e == Errno.ENOTCONN ? Errno.ECONNABORTED : e;
          }
          return Paths.install(task, accepted, (flags & SocketNumbers.SOCK_CLOEXEC) != 0);
        });
  }

  private static long connect(Task task, int fd, long address, int length) throws Errno {
    return use(
        task,
        fd,
        socket -> {
          socket.connect(task, SocketMemory.address(task, address, length));
          return 0;
        });
  }

  private static long getsockname(Task task, int fd, long address, long length) throws Errno {
    SocketMemory.giveAddress(task, file(task, fd).localAddress(), address, length);
    return 0;
  }

  private static long getpeername(Task task, int fd, long address, long length) throws Errno {
    SocketMemory.giveAddress(task, file(task, fd).peerAddress(), address, length);
    return 0;
  }

  private static long shutdown(Task task, int fd, int how) throws Errno {
    file(task, fd).shutdown(how);
    return 0;
  }

  // Sending.

  private static long sendto(
      Task task, int fd, long address, long length, int flags, long name, int nameLength)
      throws Errno {
    UserBuffer buffer = UserBuffer.of(task.memory().user(), address, length);
    return use(
        task,
        fd,
        socket -> {
          SocketAddress target = name == 0 ? null : SocketMemory.address(task, name, nameLength);
          return socket.send(task, buffer, new Outgoing(target, List.of(), null, flags));
        });
  }

  private static long sendmsg(Task task, int fd, long address, int flags) throws Errno {
    return use(task, fd, socket -> send(task, socket, address, flags));
  }

  private static long send(Task task, SocketFile socket, long address, int flags) throws Errno {
    UserMemory user = task.memory().user();
    SocketMemory.Header header = SocketMemory.Header.read(user, address);
    UserBuffer buffer = header.buffer(user);
    SocketAddress target =
        header.name() == 0 || header.nameLength() == 0
            ? null
            : SocketMemory.address(task, header.name(), header.nameLength());
    SocketMemory.Control control =
        SocketMemory.control(task, header.control(), header.controlLength());
    control.files().forEach(OpenFile::retain);
    try {
      return socket.send(
          task, buffer, new Outgoing(target, control.files(), control.credentials(), flags));
    } finally {
      control.files().forEach(OpenFile::release);
    }
  }

  private static long sendmmsg(Task task, int fd, long vector, int count, int flags) throws Errno {
    UserMemory user = task.memory().user();
    int header = SocketMemory.Header.bytes(user.model());
    int stride = header + user.model().wordBytes();
    return use(
        task,
        fd,
        socket -> {
          int done = 0;
          try {
            while (done < Math.min(Integer.toUnsignedLong(count), MAX_MESSAGES)) {
              long at = vector + (long) done * stride;
              long sent = send(task, socket, at, flags);
              user.putInt(at + header, (int) sent);
              done++;
            }
          } catch (Errno e) {
            if (done == 0) {
              throw e;
            }
          }
          return done;
        });
  }

  // Receiving.

  private static long recvfrom(
      Task task, int fd, long address, long length, int flags, long name, long nameLength)
      throws Errno {
    UserBuffer buffer = UserBuffer.of(task.memory().user(), address, length);
    return use(
        task,
        fd,
        socket -> {
          Incoming got = socket.receive(task, buffer, flags);
          got.discardFiles();
          if (name != 0) {
            SocketMemory.giveSender(task, got.address(), name, nameLength);
          }
          return got.count();
        });
  }

  private static long recvmsg(Task task, int fd, long address, int flags) throws Errno {
    return use(task, fd, socket -> receive(task, socket, address, flags).count());
  }

  /// The timeout is looked at only when a message has come, as on Linux.
  private static long recvmmsg(
      Task task, int fd, long vector, int count, int flags, Timeout timeout) throws Errno {
    UserMemory user = task.memory().user();
    int header = SocketMemory.Header.bytes(user.model());
    int stride = header + user.model().wordBytes();
    return use(
        task,
        fd,
        socket -> {
          Errno earlier = socket.takeError();
          if (earlier != null) {
            throw earlier;
          }
          int each = flags & ~SocketNumbers.MSG_WAITFORONE;
          int done = 0;
          try {
            while (done < Integer.toUnsignedLong(count)) {
              long at = vector + (long) done * stride;
              Incoming got = receive(task, socket, at, each);
              user.putInt(at + header, (int) got.count());
              done++;
              if ((flags & SocketNumbers.MSG_WAITFORONE) != 0) {
                each |= SocketNumbers.MSG_DONTWAIT;
              }
              if (timeout.isOver() || (got.flags() & SocketNumbers.MSG_OOB) != 0) {
                break;
              }
            }
          } catch (Errno e) {
            if (done == 0) {
              throw e;
            }
            if (e != Errno.EAGAIN && !e.isRestart()) {
              socket.setError(e);
            }
          }
          if (done > 0) {
            timeout.writeBackStrictly();
          }
          return done;
        });
  }

  private static Incoming receive(Task task, SocketFile socket, long address, int flags)
      throws Errno {
    UserMemory user = task.memory().user();
    SocketMemory.Header header = SocketMemory.Header.read(user, address);
    UserBuffer buffer = header.buffer(user);
    Incoming got = socket.receive(task, buffer, flags);
    boolean closeOnExec = (flags & SocketNumbers.MSG_CMSG_CLOEXEC) != 0;
    SocketMemory.ControlWriter control =
        new SocketMemory.ControlWriter(task, header.control(), header.controlLength());
    if (socket.options().passesCredentials()) {
      control.credentials(got.credentials());
    }
    control.files(got.files(), closeOnExec);
    if (socket.options().passesPidFds()) {
      control.pidFd(got.credentials());
    }
    if (header.name() != 0) {
      SocketMemory.giveSender(
          task, got.address(), header.name(), header.nameLengthAt(user.model()));
    }
    int result = got.flags() | (flags & SocketNumbers.MSG_CMSG_CLOEXEC);
    header.finish(
        user, control.used(), control.isTruncated() ? result | SocketNumbers.MSG_CTRUNC : result);
    return got;
  }
}
