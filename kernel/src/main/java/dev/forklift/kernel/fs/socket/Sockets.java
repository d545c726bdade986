package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.net.NetNamespace;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.PathWalk;
import dev.forklift.kernel.vfs.Permissions;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All sockets of a kernel, and the names that they are bound to.
public final class Sockets {
  private static final long SOCKFS_MAGIC = 0x534f434b;
  private static final int AUTOBIND_NAMES = 1 << 20;

  private final NamelessFileSystem fileSystem;
  private final SocketIdentity identity;
  private final Map<AbstractName, UnixSocket> abstractNames = new HashMap<>();
  private final IdentityHashMap<Inode, UnixSocket> bound = new IdentityHashMap<>();
  private final SocketsInFlight inFlight = new SocketsInFlight();
  private final NetlinkPorts netlinkPorts;
  private int lastAutobind;
  private boolean collecting;

  /// A name that is not in the file system, but in one network.
  private record AbstractName(NetNamespace network, String name) {}

  /// @param identity tells who a caller is, as the other end of a socket may ask
  public Sockets(FileSystems systems, SocketIdentity identity) {
    this.fileSystem = new NamelessFileSystem(systems, "sockfs", SOCKFS_MAGIC);
    this.identity = identity;
    this.netlinkPorts = new NetlinkPorts(identity);
  }

  /// socket(2).
  ///
  /// @param flags O_NONBLOCK counts
  public SocketFile create(Caller caller, int domain, int type, int protocol, int flags)
      throws Errno {
    NetNamespace network = identity.network(caller);
    return switch (domain) {
      case SocketNumbers.AF_UNIX -> {
        if (protocol != 0 && protocol != SocketNumbers.AF_UNIX) {
          throw Errno.EPROTONOSUPPORT;
        }
        yield make(caller, network, type, flags);
      }
      case SocketNumbers.AF_NETLINK -> {
        if (type != SocketNumbers.SOCK_RAW && type != SocketNumbers.SOCK_DGRAM) {
          throw Errno.ESOCKTNOSUPPORT;
        }
        if (protocol != 0) {
          throw Errno.EPROTONOSUPPORT;
        }
        yield new NetlinkSocket(
            network, netlinkPorts, identity.model(caller), newFile(caller), flags, type);
      }
      default -> throw Errno.EAFNOSUPPORT;
    };
  }

  /// socketpair(2).
  public SocketFile[] pair(Caller caller, int domain, int type, int protocol, int flags)
      throws Errno {
    SocketFile made = create(caller, domain, type, protocol, flags);
    if (!(made instanceof UnixSocket one)) {
      made.release();
      throw Errno.EOPNOTSUPP;
    }
    UnixSocket other;
    try {
      other = make(caller, one.network(), type, flags);
    } catch (Errno e) {
      one.release();
      throw e;
    }
    SocketCredentials who = identity.peer(caller);
    one.pairWith(other, who);
    other.pairWith(one, who);
    return new SocketFile[] {one, other};
  }

  UnixSocket make(Caller caller, NetNamespace network, int type, int flags) throws Errno {
    VfsPath path = newFile(caller);
    return switch (type) {
      case SocketNumbers.SOCK_STREAM -> new UnixStream(this, network, path, flags, type);
      case SocketNumbers.SOCK_SEQPACKET -> new UnixStream(this, network, path, flags, type);
      case SocketNumbers.SOCK_DGRAM, SocketNumbers.SOCK_RAW ->
          new UnixDatagram(this, network, path, flags);
      default -> throw Errno.ESOCKTNOSUPPORT;
    };
  }

  private VfsPath newFile(Caller caller) {
    long ino = fileSystem.newFileNumber();
    Inode inode =
        fileSystem.plainInode(
            ino,
            new NewInode(
                FileMode.S_IFSOCK | 0777,
                caller.credentials().fsuid(),
                caller.credentials().fsgid(),
                0));
    return fileSystem.nameless(inode, "socket:[" + ino + "]");
  }

  SocketsInFlight inFlight() {
    return inFlight;
  }

  /// Some sockets may be there only for each other, now that one has been closed.
  void collectLater() {
    if (!collecting && !inFlight.isEmpty()) {
      collecting = true;
      fileSystem
          .systems()
          .deferred()
          .defer(() -> {
            collecting = false;
            inFlight.collect();
          });
    }
  }

  SocketIdentity identity() {
    return identity;
  }

  // Names.

  /// Binds a socket to a name.
  ///
  /// @return the name, which is made up if none was given
  SocketAddress bind(Caller caller, UnixSocket socket, SocketAddress address) throws Errno {
    if (address.isUnnamed()) {
      return autobind(socket);
    }
    if (address.isAbstract()) {
      if (abstractNames.putIfAbsent(inNetworkOf(socket, address.name()), socket) != null) {
        throw Errno.EADDRINUSE;
      }
      return address;
    }
    try {
      VfsPath made =
          DirectoryChanges.mknod(caller, null, address.path(), FileMode.S_IFSOCK | 0777, 0);
      bound.put(made.inode(), socket);
      socket.boundTo(made);
    } catch (Errno e) {
      throw e == Errno.EEXIST ? Errno.EADDRINUSE : e;
    }
    return address;
  }

  /// @throws Errno EADDRINUSE if there is a file at the address
  void requireFree(Caller caller, SocketAddress address) throws Errno {
    try {
      var _ = PathWalk.lookup(caller, null, address.path(), false);
    } catch (Errno missing) {
      return;
    }
    throw Errno.EADDRINUSE;
  }

  private static AbstractName inNetworkOf(UnixSocket socket, String name) {
    return new AbstractName(socket.network(), name);
  }

  private SocketAddress autobind(UnixSocket socket) throws Errno {
    for (int i = 0; i < AUTOBIND_NAMES; i++) {
      lastAutobind = (lastAutobind + 1) & (AUTOBIND_NAMES - 1);
      String name = "\0%05x".formatted(lastAutobind);
      if (abstractNames.putIfAbsent(inNetworkOf(socket, name), socket) == null) {
        return new SocketAddress(SocketNumbers.AF_UNIX, name);
      }
    }
    throw Errno.ENOSPC;
  }

  /// A socket is closed: its name is free, though a file with that name stays.
  void unbind(UnixSocket socket, @Nullable VfsPath file) {
    if (file != null) {
      bound.remove(file.inode(), socket);
    }
    abstractNames.remove(inNetworkOf(socket, socket.localAddress().name()), socket);
  }

  /// The socket that is bound to a name.
  ///
  /// @param by the socket that looks for it
  UnixSocket find(Caller caller, SocketAddress address, UnixSocket by) throws Errno {
    UnixSocket found;
    if (address.isAbstract()) {
      found = abstractNames.get(inNetworkOf(by, address.name()));
    } else {
      VfsPath file = PathWalk.lookup(caller, null, address.path(), true);
      Permissions.check(caller.credentials(), file, Permissions.WRITE);
      found = bound.get(file.inode());
    }
    if (found == null) {
      throw Errno.ECONNREFUSED;
    }
    if (found.type() != by.type()) {
      throw Errno.EPROTOTYPE;
    }
    return found;
  }
}
