package dev.forklift.kernel.mqueue;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Ucount;
import dev.forklift.kernel.cred.Ucounts;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Permissions;
import org.jspecify.annotations.Nullable;

/// The queues of an IPC namespace, as a file system (`mqueue`), which is there whether it is
/// mounted or not.
public final class MqueueFileSystem extends FileSystem {
  private static final long MAGIC = 0x1980_0202;
  private static final int NAME_MAX = 255;

  /// What an empty queue takes of the host's memory, roughly.
  private static final int QUEUE_BYTES = 1024;

  private static final int PERMISSIONS = 07777;

  /// What queues must know of those who use them.
  public interface Users {
    /// The process that runs now, or null.
    @Nullable Object currentProcess();

    /// The credentials of the task that runs now.
    Credentials currentCredentials();

    /// The number of a process as somebody sees it.
    int number(Caller viewer, Object process);

    /// RLIMIT_MSGQUEUE of the process that runs now.
    long byteLimit();
  }

  private final FrameBudget budget;
  private final DataModel model;
  private final Users users;
  private final QueueLimits limits;
  private final MqueueDirectory top;
  private int queues;

  /// @param budget what messages' memory is taken from
  public MqueueFileSystem(
      FileSystems systems, FrameBudget budget, DataModel model, Users users, QueueLimits limits) {
    super(systems, "mqueue");
    this.budget = budget;
    this.model = model;
    this.users = users;
    this.limits = limits;
    this.top = new MqueueDirectory(this);
  }

  /// Opens a queue (mq_open(2)).
  ///
  /// @param name without a slash
  /// @param attributes those of a new queue; null for the usual ones
  public OpenFile open(
      Caller caller, String name, int flags, int mode, @Nullable QueueAttributes attributes)
      throws Errno {
    checkName(name);
    Credentials who = caller.credentials();
    Mqueue queue = top.lookup(name);
    boolean creates = (flags & OpenFlags.O_CREAT) != 0;
    if (queue == null) {
      if (!creates) {
        throw Errno.ENOENT;
      }
      Permissions.check(who, top, Permissions.WRITE | Permissions.EXECUTE);
      int permissions = mode & PERMISSIONS & ~caller.fs().umask();
      queue =
          make(
              who,
              name,
              new NewInode(FileMode.S_IFREG | permissions, who.fsuid(), who.fsgid(), 0),
              attributes);
    } else {
      if (creates && (flags & OpenFlags.O_EXCL) != 0) {
        throw Errno.EEXIST;
      }
      Permissions.check(who, queue, wanted(flags));
    }
    return queue.open(caller, nameless(queue, "/" + name), flags & ~OpenFlags.O_TRUNC);
  }

  private static int wanted(int flags) throws Errno {
    return switch (flags & OpenFlags.O_ACCMODE) {
      case OpenFlags.O_RDONLY -> Permissions.READ;
      case OpenFlags.O_WRONLY -> Permissions.WRITE;
      case OpenFlags.O_RDWR -> Permissions.READ | Permissions.WRITE;
      default -> throw Errno.EINVAL;
    };
  }

  private static void checkName(String name) throws Errno {
    if (name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw Errno.EACCES;
    }
    if (name.length() > NAME_MAX) {
      throw Errno.ENAMETOOLONG;
    }
  }

  /// Removes a queue's name (mq_unlink(2)). Who has it open keeps it.
  public void unlink(Caller caller, String name) throws Errno {
    checkName(name);
    if (top.lookup(name) == null) {
      throw Errno.ENOENT;
    }
    DirectoryChanges.unlink(caller, nameless(top, "/"), name);
  }

  /// Makes a queue for whoever is making a file.
  Mqueue make(String name, NewInode inode, @Nullable QueueAttributes attributes) throws Errno {
    return make(users.currentCredentials(), name, inode, attributes);
  }

  private Mqueue make(Credentials who, String name, NewInode inode, @Nullable QueueAttributes asked)
      throws Errno {
    boolean privileged = who.has(Capability.SYS_RESOURCE);
    if (queues >= limits.queues() && !privileged) {
      throw Errno.ENOSPC;
    }
    QueueAttributes attributes = asked != null ? asked : limits.usual();
    limits.check(attributes, privileged);
    long bytes = QueueLimits.bytes(attributes, model);
    Ucounts counts = who.userNamespace().ucounts();
    int user = who.uid();
    if (counts.isOver(user, Ucount.QUEUE_BYTES, bytes, users.byteLimit())) {
      throw Errno.EMFILE;
    }
    if (!budget.take(QUEUE_BYTES)) {
      throw Errno.ENOMEM;
    }
    counts.add(user, Ucount.QUEUE_BYTES, bytes);
    queues++;
    Mqueue made =
        new Mqueue(
            this,
            inode,
            attributes,
            () -> {
              counts.add(user, Ucount.QUEUE_BYTES, -bytes);
              queues--;
              budget.giveBack(QUEUE_BYTES);
            });
    top.add(name, made);
    return made;
  }

  /// Nobody is in the namespace any more.
  public void clear() {
    top.clear();
  }

  FrameBudget budget() {
    return budget;
  }

  @Nullable Object currentProcess() {
    return users.currentProcess();
  }

  int number(Caller viewer, Object process) {
    return users.number(viewer, process);
  }

  long nextIno() {
    return newIno();
  }

  @Override
  protected Inode rootInode() {
    return top;
  }

  @Override
  public FileSystemStatus status() {
    return FileSystemStatus.simple(MAGIC, blockSize());
  }
}
