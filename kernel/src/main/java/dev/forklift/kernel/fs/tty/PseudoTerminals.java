package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An instance of the file system devpts: one file for each terminal whose master is open, and
/// ptmx, which makes them.
public final class PseudoTerminals extends FileSystem {
  private static final long MAGIC = 0x1cd1;
  private static final int IO_BLOCK_SIZE = 1024;
  private static final int PTMX_INO = 2;
  private static final int FIRST_INO = 3;

  private final JobControl jobs;
  private final Count count;
  private final UserNamespace names;
  private final Map<Integer, Slave> slaves = new TreeMap<>();
  private final BitSet numbers = new BitSet();
  private final Directory top;
  private final Ptmx ptmx;
  private PseudoTerminalOptions options;

  /// How many there are in all instances.
  public static final class Count {
    private static final int MAX = 4096;

    private int all;

    /// Nothing has been made yet.
    public Count() {}
  }

  private PseudoTerminals(
      FileSystems systems,
      JobControl jobs,
      Count count,
      PseudoTerminalOptions options,
      Credentials mounter) {
    super(systems, "devpts");
    this.jobs = jobs;
    this.count = count;
    this.names = mounter.userNamespace();
    this.options = options;
    this.top = new Directory();
    this.ptmx = new Ptmx(options.ptmxMode(), mounter);
  }

  /// The one that is mounted before anything of the user's.
  ///
  /// @param root who administers the machine
  public static PseudoTerminals ofSystem(
      FileSystems systems, JobControl jobs, Count count, Credentials root) {
    return new PseudoTerminals(systems, jobs, count, PseudoTerminalOptions.OF_SYSTEM, root);
  }

  /// One that somebody mounts.
  ///
  /// @param options what mount(2) is told, separated by commas
  public static PseudoTerminals mounted(
      FileSystems systems, JobControl jobs, Count count, String options, Credentials mounter)
      throws Errno {
    PseudoTerminalOptions parsed = PseudoTerminalOptions.parse(options, mounter.userNamespace());
    return new PseudoTerminals(systems, jobs, count, parsed, mounter);
  }

  @Override
  public String shownOptions() {
    return options.shown();
  }

  @Override
  public void remount(String newOptions) throws Errno {
    options = PseudoTerminalOptions.parse(newOptions, names);
    ptmx.setPermissions(options.ptmxMode());
  }

  @Override
  protected Inode rootInode() {
    return top;
  }

  /// Whoever has mounted it: it makes them itself.
  @Override
  protected boolean hasDevices() {
    return true;
  }

  @Override
  protected int ioBlockSize() {
    return IO_BLOCK_SIZE;
  }

  @Override
  public FileSystemStatus status() {
    return FileSystemStatus.simple(MAGIC, blockSize());
  }

  /// Opens a device file ptmx wherever it is: it belongs to the instance that it is in, or else to
  /// the one that is mounted beside it as `pts`.
  static OpenFile openMasterAt(Caller caller, VfsPath path, int flags) throws Errno {
    return of(path).openMaster(caller, path, flags);
  }

  private static PseudoTerminals of(VfsPath path) throws Errno {
    return path.mount().fileSystem() instanceof PseudoTerminals own
        ? own
        : of(instanceBeside(path));
  }

  private static VfsPath instanceBeside(VfsPath path) throws Errno {
    VfsPath found = path.beside("pts");
    if (found == null) {
      throw Errno.ENOENT;
    }
    if (!(found.mount().fileSystem() instanceof PseudoTerminals instance)
        || found.mount().root() != instance.root()) {
      throw Errno.ENODEV;
    }
    return found;
  }

  /// Makes a pair and opens its master.
  private OpenFile openMaster(Caller caller, VfsPath path, int flags) throws Errno {
    int number = numbers.nextClearBit(0);
    if (number >= options.max() || count.all == Count.MAX) {
      throw Errno.ENOSPC;
    }
    PseudoTerminal pair = new PseudoTerminal(this, jobs, number);
    OpenFile master = pair.openMaster(path, flags);
    slaves.put(number, new Slave(pair, caller));
    numbers.set(number);
    count.all++;
    return master;
  }

  /// Opens the terminal of a master.
  ///
  /// @param master where that was opened, which says by which mount the terminal is seen
  OpenFile openPeer(PseudoTerminal pair, Caller caller, VfsPath master, int flags) throws Errno {
    VfsPath at = master.withoutOwnMount();
    if (at.mount().fileSystem() != this) {
      at = instanceBeside(at);
    }
    if (at.mount().fileSystem() != this) {
      throw Errno.ENODEV;
    }
    VfsPath place = new VfsPath(at.mount(), below(Integer.toString(pair.number())));
    return place.inode().open(caller, place, flags);
  }

  /// The master is closed: the terminal cannot be opened any more.
  void remove(PseudoTerminal pair) {
    slaves.remove(pair.number());
  }

  /// Nobody has the terminal open, either.
  void freeNumber(PseudoTerminal pair) {
    numbers.clear(pair.number());
    count.all--;
  }

  private final class Directory extends Inode {
    Directory() {
      super(
          PseudoTerminals.this,
          1,
          new NewInode(FileMode.S_IFDIR | 0755, names.kuid(0), names.kgid(0), 0));
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
    Ptmx(int mode, Credentials mounter) {
      super(
          PseudoTerminals.this,
          PTMX_INO,
          new NewInode(
              FileMode.S_IFCHR | mode, mounter.fsuid(), mounter.fsgid(), TerminalDevices.PTMX));
    }

    void setPermissions(int mode) {
      setMode(FileMode.S_IFCHR | mode);
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
              FileMode.S_IFCHR | options.mode(),
              options.uidFor(maker.credentials()),
              options.gidFor(maker.credentials()),
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
