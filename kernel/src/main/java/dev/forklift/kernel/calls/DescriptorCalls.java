package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.fs.tty.TerminalMaster;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.FileLocks;
import dev.forklift.kernel.vfs.FileLocks.RecordLock;
import dev.forklift.kernel.vfs.FileOwner;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Permissions;
import org.jspecify.annotations.Nullable;

/// fcntl(2) and ioctl(2): what can be done with a descriptor beside reading and writing.
final class DescriptorCalls {
  private static final int FLOCK64_BYTES_32 = 24;
  private static final int FLOCK_BYTES_32 = 16;
  private static final int FLOCK_BYTES_64 = 32;

  private DescriptorCalls() {}

  static void rows(SyscallTable table, boolean is64Bit) {
    table
        .sys(25, is64Bit ? "fcntl" : "fcntl64", FD, INT, ADDR, DescriptorCalls::fcntl)
        .sys(29, "ioctl", FD, FLAGS, ADDR, DescriptorCalls::ioctl);
  }

  private static long fcntl(Task task, int fd, int command, long argument) throws Errno {
    OpenFile file = task.files().getAny(fd);
    long limit = Paths.descriptorLimit(task);
    int number = (int) argument;
    return switch (command) {
      case Fcntl.F_DUPFD -> task.files().duplicate(fd, number, false, limit);
      case Fcntl.F_DUPFD_CLOEXEC -> task.files().duplicate(fd, number, true, limit);
      case Fcntl.F_DUPFD_QUERY -> task.files().getAny(number) == file ? 1 : 0;
      case Fcntl.F_GETFD -> task.files().isCloseOnExec(fd) ? Fcntl.FD_CLOEXEC : 0;
      case Fcntl.F_SETFD -> {
        task.files().setCloseOnExec(fd, (number & Fcntl.FD_CLOEXEC) != 0);
        yield 0;
      }
      case Fcntl.F_GETFL -> file.flags();
      default -> {
        if (file.isPathOnly()) {
          throw Errno.EBADF;
        }
        yield Paths.use(file, f -> fcntlOpen(task, f, command, argument));
      }
    };
  }

  private static long fcntlOpen(Task task, OpenFile file, int command, long argument) throws Errno {
    int number = (int) argument;
    switch (command) {
      case Fcntl.F_SETFL -> setFlags(task, file, number);
      case Fcntl.F_GETLK -> getLock(task, file, argument, false, false);
      case Fcntl.F_SETLK -> setLock(task, file, argument, false, false, false);
      case Fcntl.F_SETLKW -> setLock(task, file, argument, false, false, true);
      case Fcntl.F_GETLK64 -> getLock(task, file, argument, true, false);
      case Fcntl.F_SETLK64 -> setLock(task, file, argument, true, false, false);
      case Fcntl.F_SETLKW64 -> setLock(task, file, argument, true, false, true);
      case Fcntl.F_OFD_GETLK -> getLock(task, file, argument, true, true);
      case Fcntl.F_OFD_SETLK -> setLock(task, file, argument, true, true, false);
      case Fcntl.F_OFD_SETLKW -> setLock(task, file, argument, true, true, true);
      case Fcntl.F_SETOWN -> setOwner(task, file, number);
      case Fcntl.F_GETOWN -> {
        FileOwner owner = file.owner();
        int id = ownerNumber(task, owner);
        return owner != null && owner.kind() == FileOwner.F_OWNER_PGRP ? -id : id;
      }
      case Fcntl.F_SETOWN_EX -> {
        StructReader in = task.memory().user().structure(argument, 8);
        int kind = in.s32();
        if (kind < FileOwner.F_OWNER_TID || kind > FileOwner.F_OWNER_PGRP) {
          throw Errno.EINVAL;
        }
        setOwner(task, file, kind, in.s32());
      }
      case Fcntl.F_GETOWN_EX -> {
        FileOwner owner = file.owner();
        StructWriter out = new StructWriter(task.memory().user().model());
        out.u32(owner == null ? 0 : owner.kind()).u32(ownerNumber(task, owner));
        task.memory().user().write(argument, out);
      }
      case Fcntl.F_SETSIG -> {
        if (number != 0 && !Signal.isValid(number)) {
          throw Errno.EINVAL;
        }
        FileOwner owner = file.owner();
        file.setOwner(
            owner == null
                ? new FileOwner(FileOwner.F_OWNER_PID, null, number)
                : new FileOwner(owner.kind(), owner.id(), number));
      }
      case Fcntl.F_GETSIG -> {
        FileOwner owner = file.owner();
        return owner == null ? 0 : owner.signal();
      }
      case Fcntl.F_GETPIPE_SZ -> {
        return file.pipeSize();
      }
      case Fcntl.F_SETPIPE_SZ -> {
        return file.setPipeSize(task, number);
      }
      case Fcntl.F_GET_SEALS -> {
        if (!file.inode().isSealable()) {
          throw Errno.EINVAL;
        }
        return file.inode().seals();
      }
      case Fcntl.F_ADD_SEALS -> {
        if (!file.writes()) {
          throw Errno.EPERM;
        }
        file.inode().addSeals(number);
      }
      case Fcntl.F_CREATED_QUERY -> {
        return file.isCreated() ? 1 : 0;
      }
      case Fcntl.F_GETLEASE -> {
        return Fcntl.F_UNLCK;
      }
      case Fcntl.F_SETLEASE -> {
        if (number != Fcntl.F_UNLCK) {
          throw Errno.EINVAL;
        }
      }
      case Fcntl.F_NOTIFY -> {
        if (!file.inode().isDirectory()) {
          throw Errno.ENOTDIR;
        }
        throw Errno.EINVAL;
      }
      default -> throw Errno.EINVAL;
    }
    return 0;
  }

  private static void setFlags(Task task, OpenFile file, int flags) throws Errno {
    if ((flags & OpenFlags.O_NOATIME) != 0
        && !file.has(OpenFlags.O_NOATIME)
        && !Permissions.owns(task.credentials(), file.inode())) {
      throw Errno.EPERM;
    }
    file.setFlags(flags);
  }

  private static void setOwner(Task task, OpenFile file, int id) throws Errno {
    if (id == Integer.MIN_VALUE) {
      throw Errno.EINVAL;
    }
    int kind = id < 0 ? FileOwner.F_OWNER_PGRP : FileOwner.F_OWNER_PID;
    setOwner(task, file, kind, Math.abs(id));
  }

  private static void setOwner(Task task, OpenFile file, int kind, int number) throws Errno {
    Pid id = number == 0 ? null : task.pidNamespace().find(number);
    if (number != 0 && id == null) {
      throw Errno.ESRCH;
    }
    FileOwner old = file.owner();
    file.setOwner(new FileOwner(kind, id, old == null ? 0 : old.signal()));
  }

  /// What the caller calls the owner; 0 if there is none any more, or none that it can see.
  private static int ownerNumber(Task task, @Nullable FileOwner owner) {
    if (owner == null || !(owner.id() instanceof Pid id)) {
      return 0;
    }
    boolean there =
        owner.kind() == FileOwner.F_OWNER_PGRP ? id.processGroup() != null : id.task() != null;
    return there ? id.in(task.pidNamespace()) : 0;
  }

  // Record locks.

  /// A `struct flock` as it stands in user memory.
  ///
  /// @param wide whether offsets have 64 bits on 32-bit guests too
  private record Request(int type, int whence, long start, long length, int pid, boolean wide) {
    static Request read(UserMemory user, long address, boolean wide) throws Errno {
      boolean long64 = wide || user.model().is64Bit();
      StructReader in = user.structure(address, bytes(user.model(), wide));
      int type = in.s16();
      int whence = in.s16();
      long start = long64 ? in.u64() : in.signedWord();
      long length = long64 ? in.u64() : in.signedWord();
      return new Request(type, whence, start, length, in.s32(), wide);
    }

    private static int bytes(DataModel model, boolean wide) {
      if (model.is64Bit()) {
        return FLOCK_BYTES_64;
      }
      int padding = model.maxAlignment() == 8 ? 8 : 0;
      return wide ? FLOCK64_BYTES_32 + padding : FLOCK_BYTES_32;
    }

    void write(UserMemory user, long address) throws Errno {
      StructWriter out = new StructWriter(user.model()).u16(type).u16(whence);
      if (wide || user.model().is64Bit()) {
        out.u64(start).u64(length);
      } else {
        out.u32(start).u32(length);
      }
      user.write(address, out.u32(pid));
    }

    /// The lock that is asked for.
    RecordLock lock(OpenFile file, Object owner, int ownerPid) throws Errno {
      long origin =
          switch (whence) {
            case Fcntl.SEEK_SET -> 0;
            case Fcntl.SEEK_CUR -> file.position();
            case Fcntl.SEEK_END -> file.inode().size();
            default -> throw Errno.EINVAL;
          };
      if (start > 0 && origin > Long.MAX_VALUE - start) {
        throw Errno.EOVERFLOW;
      }
      long first = origin + start;
      long last = Long.MAX_VALUE;
      if (length > 0) {
        if (first > Long.MAX_VALUE - (length - 1)) {
          throw Errno.EOVERFLOW;
        }
        last = first + length - 1;
      } else if (length < 0) {
        last = first - 1;
        first += length;
      }
      if (first < 0) {
        throw Errno.EINVAL;
      }
      return new RecordLock(owner, ownerPid, type == Fcntl.F_WRLCK, first, last);
    }
  }

  private static RecordLock lock(Task task, OpenFile file, Request request, boolean ofFile)
      throws Errno {
    if (ofFile && request.pid != 0) {
      throw Errno.EINVAL;
    }
    return ofFile ? request.lock(file, file, -1) : request.lock(file, task.files(), task.tgid());
  }

  private static void getLock(Task task, OpenFile file, long address, boolean wide, boolean ofFile)
      throws Errno {
    UserMemory user = task.memory().user();
    Request request = Request.read(user, address, wide);
    // F_UNLCK asks which locks the open file itself has.
    boolean asksForOwn = ofFile && request.type == Fcntl.F_UNLCK;
    if (request.type != Fcntl.F_RDLCK && request.type != Fcntl.F_WRLCK && !asksForOwn) {
      throw Errno.EINVAL;
    }
    RecordLock wanted = lock(task, file, request, ofFile);
    FileLocks locks = file.inode().locks();
    RecordLock held =
        asksForOwn ? locks.heldBy(file, wanted.first(), wanted.last()) : locks.conflicting(wanted);
    Request answer;
    if (held == null) {
      answer =
          new Request(
              Fcntl.F_UNLCK, request.whence, request.start, request.length, request.pid, wide);
    } else {
      long length = held.last() == Long.MAX_VALUE ? 0 : held.last() - held.first() + 1;
      int type = held.exclusive() ? Fcntl.F_WRLCK : Fcntl.F_RDLCK;
      answer = new Request(type, Fcntl.SEEK_SET, held.first(), length, held.pid(), wide);
      boolean narrow = !wide && !user.model().is64Bit();
      if (narrow && held.first() > Integer.MAX_VALUE) {
        throw Errno.EOVERFLOW;
      }
    }
    answer.write(user, address);
  }

  private static void setLock(
      Task task, OpenFile file, long address, boolean wide, boolean ofFile, boolean wait)
      throws Errno {
    Request request = Request.read(task.memory().user(), address, wide);
    RecordLock wanted = lock(task, file, request, ofFile);
    switch (request.type) {
      case Fcntl.F_RDLCK -> requireMode(file.reads());
      case Fcntl.F_WRLCK -> requireMode(file.writes());
      case Fcntl.F_UNLCK -> {
        file.inode().locks().unlock(wanted.owner(), wanted.first(), wanted.last());
        return;
      }
      default -> throw Errno.EINVAL;
    }
    file.inode().locks().lock(task, wanted, wait);
  }

  private static void requireMode(boolean open) throws Errno {
    if (!open) {
      throw Errno.EBADF;
    }
  }

  // ioctl.

  private static long ioctl(Task task, int fd, int request, long argument) throws Errno {
    OpenFile file = task.files().get(fd);
    UserMemory user = task.memory().user();
    switch (request) {
      case Ioctls.FIOCLEX -> task.files().setCloseOnExec(fd, true);
      case Ioctls.FIONCLEX -> task.files().setCloseOnExec(fd, false);
      case Ioctls.FIONBIO -> setFlag(file, OpenFlags.O_NONBLOCK, user.readInt(argument) != 0);
      case Ioctls.FIOASYNC -> setFlag(file, OpenFlags.FASYNC, user.readInt(argument) != 0);
      default -> {
        if (request == Ioctls.TIOCGPTPEER && file instanceof TerminalMaster master) {
          return openPeer(task, master, (int) argument);
        }
        return Paths.use(file, f -> f.ioctl(task, request, argument, user));
      }
    }
    return 0;
  }

  private static int openPeer(Task task, TerminalMaster master, int flags) throws Errno {
    OpenFile peer = master.openPeer(task, flags & OpenFlags.VALID);
    return Paths.install(task, peer, (flags & OpenFlags.O_CLOEXEC) != 0);
  }

  private static void setFlag(OpenFile file, int flag, boolean on) throws Errno {
    file.setFlags(on ? file.flags() | flag : file.flags() & ~flag);
  }
}
