package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The file system devpts: one file for each terminal whose master is open, and ptmx, which makes
/// them.
public final class PseudoTerminals extends FileSystem {
  private static final long MAGIC = 0x1cd1;
  private static final int IO_BLOCK_SIZE = 1024;
  private static final int TTY_GROUP = 5;
  private static final int PTMX_INO = 2;
  private static final int FIRST_INO = 3;
  private static final int MAX = 4096;

  private final JobControl jobs;
  private final Map<Integer, Slave> slaves = new TreeMap<>();
  private final Directory top;
  private final Inode ptmx;

  public PseudoTerminals(FileSystems systems, JobControl jobs) {
    super(systems, "devpts");
    this.jobs = jobs;
    this.top = new Directory();
    this.ptmx = new Ptmx();
  }

  @Override
  protected Inode rootInode() {
    return top;
  }

  @Override
  protected int ioBlockSize() {
    return IO_BLOCK_SIZE;
  }

  @Override
  public FileSystemStatus status() {
    return FileSystemStatus.simple(MAGIC, blockSize());
  }

  /// Opens /dev/ptmx: makes a pair and opens its master.
  OpenFile openMaster(Caller caller, VfsPath path, int flags) throws Errno {
    int number = 0;
    while (slaves.containsKey(number)) {
      number++;
    }
    if (number == MAX) {
      throw Errno.ENOSPC;
    }
    PseudoTerminal pair = new PseudoTerminal(this, jobs, number);
    OpenFile master = pair.openMaster(path, flags);
    slaves.put(number, new Slave(pair, caller));
    return master;
  }

  void remove(PseudoTerminal pair) {
    slaves.remove(pair.number());
  }

  /// Opens a slave by a device file that is elsewhere.
  OpenFile openSlave(Caller caller, VfsPath path, int flags) throws Errno {
    Slave slave = slaves.get(DeviceNumber.minor(path.inode().rdev()));
    if (slave == null) {
      throw Errno.EIO;
    }
    return slave.open(caller, path, flags);
  }

  private final class Directory extends Inode {
    Directory() {
      super(PseudoTerminals.this, 1, new NewInode(FileMode.S_IFDIR | 0755, 0, 0, 0));
      setNlink(2);
    }

    @Override
    public boolean keepsNames() {
      return false;
    }

    @Override
    public @Nullable Inode lookup(String name) {
      if (name.equals("ptmx")) {
        return ptmx;
      }
      for (Map.Entry<Integer, Slave> slave : slaves.entrySet()) {
        if (name.equals(Integer.toString(slave.getKey()))) {
          return slave.getValue();
        }
      }
      return null;
    }

    @Override
    public long list(long position, DirectorySink sink) {
      int type = FileMode.directoryType(FileMode.S_IFCHR);
      long at = position;
      if (at <= PTMX_INO) {
        if (!sink.add("ptmx", PTMX_INO, type, FIRST_INO)) {
          return at;
        }
        at = FIRST_INO;
      }
      for (int number : slaves.keySet()) {
        long own = (long) FIRST_INO + number;
        if (own >= at) {
          if (!sink.add(Integer.toString(number), own, type, own + 1)) {
            return at;
          }
          at = own + 1;
        }
      }
      return at;
    }
  }

  private final class Ptmx extends Inode {
    Ptmx() {
      super(
          PseudoTerminals.this,
          PTMX_INO,
          new NewInode(FileMode.S_IFCHR, 0, 0, TerminalDevices.PTMX));
    }

    @Override
    public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
      return openMaster(caller, path, flags);
    }
  }

  private final class Slave extends Inode {
    private final PseudoTerminal pair;

    Slave(PseudoTerminal pair, Caller maker) {
      super(
          PseudoTerminals.this,
          FIRST_INO + pair.number(),
          new NewInode(
              FileMode.S_IFCHR | 0620,
              maker.credentials().fsuid(),
              TTY_GROUP,
              pair.terminal().device()));
      this.pair = pair;
    }

    @Override
    public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
      TerminalFile file = pair.openSlave(caller, path, flags);
      if ((flags & OpenFlags.O_NOCTTY) == 0) {
        TerminalDevices.acquireIfFree(caller, file, jobs);
      }
      return file;
    }
  }
}
