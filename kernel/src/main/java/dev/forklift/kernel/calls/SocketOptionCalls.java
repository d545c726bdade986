package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.fs.socket.SocketCredentials;
import dev.forklift.kernel.fs.socket.SocketFile;
import dev.forklift.kernel.fs.socket.SocketOptions;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PidFd;
import dev.forklift.kernel.process.Task;
import org.jspecify.annotations.Nullable;

/// setsockopt(2) and getsockopt(2), as far as all sockets have the options.
final class SocketOptionCalls {
  private SocketOptionCalls() {}

  static long set(Task task, int fd, int level, int option, long address, int length) throws Errno {
    SocketFile socket = SocketCalls.file(task, fd);
    if (level != SocketNumbers.SOL_SOCKET) {
      throw Errno.EOPNOTSUPP;
    }
    SocketOptions options = socket.options();
    switch (option) {
      case SocketNumbers.SO_RCVTIMEO, SocketNumbers.SO_RCVTIMEO_64 ->
          options.setReceiveTimeout(timeout(task, option, address, length));
      case SocketNumbers.SO_SNDTIMEO, SocketNumbers.SO_SNDTIMEO_64 ->
          options.setSendTimeout(timeout(task, option, address, length));
      default -> {
        if (length < Integer.BYTES) {
          throw Errno.EINVAL;
        }
        set(task, options, option, task.memory().user().getInt(address));
      }
    }
    return 0;
  }

  private static void set(Task task, SocketOptions options, int option, int value) throws Errno {
    switch (option) {
      case SocketNumbers.SO_SNDBUF -> options.setSendBuffer(value, false);
      case SocketNumbers.SO_RCVBUF -> options.setReceiveBuffer(value, false);
      case SocketNumbers.SO_SNDBUFFORCE -> {
        requireAdministrator(task);
        options.setSendBuffer(value, true);
      }
      case SocketNumbers.SO_RCVBUFFORCE -> {
        requireAdministrator(task);
        options.setReceiveBuffer(value, true);
      }
      case SocketNumbers.SO_PASSCRED -> options.setPassCredentials(value != 0);
      case SocketNumbers.SO_PASSPIDFD -> options.setPassPidFds(value != 0);
      case SocketNumbers.SO_RCVLOWAT -> options.setLowWater(value);
      case SocketNumbers.SO_DEBUG,
          SocketNumbers.SO_REUSEADDR,
          SocketNumbers.SO_REUSEPORT,
          SocketNumbers.SO_DONTROUTE,
          SocketNumbers.SO_BROADCAST,
          SocketNumbers.SO_KEEPALIVE,
          SocketNumbers.SO_OOBINLINE,
          SocketNumbers.SO_LINGER,
          SocketNumbers.SO_TIMESTAMP ->
          options.set(option, value != 0);
      case SocketNumbers.SO_PRIORITY -> {}
      default -> throw Errno.ENOPROTOOPT;
    }
  }

  private static void requireAdministrator(Task task) throws Errno {
    if (!task.credentials().has(Capability.NET_ADMIN)) {
      throw Errno.EPERM;
    }
  }

  private static TimeLayout layout(Task task, int option) {
    boolean wide = option == SocketNumbers.SO_RCVTIMEO_64 || option == SocketNumbers.SO_SNDTIMEO_64;
    return wide
        ? TimeLayout.time64(task.kernel().abi().dataModel())
        : TimeLayout.old(task.kernel().abi().dataModel());
  }

  private static long timeout(Task task, int option, long address, int length) throws Errno {
    TimeLayout layout = layout(task, option);
    if (length < layout.timespecBytes()) {
      throw Errno.EINVAL;
    }
    byte[] bytes = new byte[layout.timespecBytes()];
    task.memory().user().read(address, bytes);
    Timespec time = layout.timeval(bytes);
    if (time.nanos() < 0) {
      throw Errno.EDOM;
    }
    return time.seconds() < 0 ? 0 : time.toNanos();
  }

  static long get(Task task, int fd, int level, int option, long address, long lengthAddress)
      throws Errno {
    SocketFile socket = SocketCalls.file(task, fd);
    if (level != SocketNumbers.SOL_SOCKET) {
      throw Errno.EOPNOTSUPP;
    }
    UserMemory user = task.memory().user();
    int room = new StructReader(user.model(), read(user, lengthAddress)).s32();
    if (room < 0) {
      throw Errno.EINVAL;
    }
    if (option == SocketNumbers.SO_PEERPIDFD) {
      return peerPidFd(task, socket, address, lengthAddress, room);
    }
    byte[] value = value(task, socket, option);
    int length = Math.min(room, value.length);
    user.write(address, value, 0, length);
    user.putInt(lengthAddress, length);
    return 0;
  }

  /// SO_PEERPIDFD: a descriptor of the process at the other end, which may have ended.
  private static long peerPidFd(
      Task task, SocketFile socket, long address, long lengthAddress, int room) throws Errno {
    SocketCredentials peer = socket.peerCredentials();
    if (peer == null) {
      throw Errno.ENODATA;
    }
    PidFd opened = PidFd.ofProcess(task.kernel(), (Pid) peer.process());
    int fd = Paths.install(task, opened, true);
    UserMemory user = task.memory().user();
    try {
      byte[] value = number(task, fd).toBytes();
      int length = Math.min(room, value.length);
      user.write(address, value, 0, length);
      user.putInt(lengthAddress, length);
    } catch (Errno bad) {
      task.files().close(fd);
      throw bad;
    }
    return 0;
  }

  private static byte[] read(UserMemory user, long address) throws Errno {
    byte[] bytes = new byte[Integer.BYTES];
    user.read(address, bytes);
    return bytes;
  }

  private static byte[] value(Task task, SocketFile socket, int option) throws Errno {
    SocketOptions options = socket.options();
    TimeLayout layout = layout(task, option);
    return switch (option) {
      case SocketNumbers.SO_PEERCRED -> peer(task, socket.peerCredentials());
      case SocketNumbers.SO_RCVTIMEO, SocketNumbers.SO_RCVTIMEO_64 ->
          layout.timevalBytes(Timespec.ofNanos(options.receiveTimeout()));
      case SocketNumbers.SO_SNDTIMEO, SocketNumbers.SO_SNDTIMEO_64 ->
          layout.timevalBytes(Timespec.ofNanos(options.sendTimeout()));
      case SocketNumbers.SO_LINGER -> number(task, options.has(option) ? 1 : 0).u32(0).toBytes();
      default -> number(task, number(socket, option)).toBytes();
    };
  }

  private static byte[] peer(Task task, @Nullable SocketCredentials who) {
    return who == null
        ? number(task, 0).u32(-1).u32(-1).toBytes()
        : SocketMemory.credentials(task, who).toBytes();
  }

  private static StructWriter number(Task task, int value) {
    return new StructWriter(task.kernel().abi().dataModel()).u32(value);
  }

  private static int number(SocketFile socket, int option) throws Errno {
    SocketOptions options = socket.options();
    return switch (option) {
      case SocketNumbers.SO_TYPE -> socket.type();
      case SocketNumbers.SO_DOMAIN -> socket.domain();
      case SocketNumbers.SO_PROTOCOL, SocketNumbers.SO_PRIORITY -> 0;
      case SocketNumbers.SO_ERROR -> {
        Errno error = socket.takeError();
        yield error == null ? 0 : error.number();
      }
      case SocketNumbers.SO_ACCEPTCONN -> socket.isListening() ? 1 : 0;
      case SocketNumbers.SO_SNDBUF -> options.sendBuffer();
      case SocketNumbers.SO_RCVBUF -> options.receiveBuffer();
      case SocketNumbers.SO_PASSCRED -> options.passesCredentials() ? 1 : 0;
      case SocketNumbers.SO_PASSPIDFD -> options.passesPidFds() ? 1 : 0;
      case SocketNumbers.SO_RCVLOWAT -> options.lowWater();
      case SocketNumbers.SO_SNDLOWAT -> 1;
      case SocketNumbers.SO_DEBUG,
          SocketNumbers.SO_REUSEADDR,
          SocketNumbers.SO_REUSEPORT,
          SocketNumbers.SO_DONTROUTE,
          SocketNumbers.SO_BROADCAST,
          SocketNumbers.SO_KEEPALIVE,
          SocketNumbers.SO_OOBINLINE,
          SocketNumbers.SO_TIMESTAMP ->
          options.has(option) ? 1 : 0;
      default -> throw Errno.ENOPROTOOPT;
    };
  }
}
