package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PidNamespace;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;

/// /proc as one pid namespace sees it.
public final class ProcFileSystem extends FileSystem {
  private static final long MAGIC = 0x9fa0;
  private static final int IO_BLOCK_SIZE = 1024;

  private final Kernel kernel;
  private final PidNamespace pids;
  private final RootDirectory top;
  private ProcOptions options = ProcOptions.NONE;

  public ProcFileSystem(FileSystems systems, Kernel kernel, PidNamespace pids) {
    super(systems, "proc");
    this.kernel = kernel;
    this.pids = pids;
    this.top = new RootDirectory(this);
  }

  /// That of the pid namespace that somebody is in.
  ///
  /// @param options those of mount(2)
  public static ProcFileSystem mountedBy(FileSystems systems, Task mounter, String options)
      throws Errno {
    ProcFileSystem made = new ProcFileSystem(systems, mounter.kernel(), mounter.pidNamespace());
    made.remount(options);
    return made;
  }

  /// Looks at one option.
  ///
  /// @throws Errno EINVAL if there is no such option
  public static void checkOption(Task mounter, String option) throws Errno {
    var _ = ProcOptions.NONE.changedBy(option, mounter.credentials().userNamespace());
  }

  @Override
  public void remount(String changes) throws Errno {
    options = options.changedBy(changes, kernel.current().credentials().userNamespace());
  }

  @Override
  public String shownOptions() {
    return options.shown();
  }

  ProcOptions options() {
    return options;
  }

  @Override
  protected Inode rootInode() {
    return top;
  }

  @Override
  public boolean isRevealing() {
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

  Kernel kernel() {
    return kernel;
  }

  /// The namespace whose numbers it shows.
  PidNamespace pids() {
    return pids;
  }

  /// The number of an id here; 0 if it has none.
  int number(Pid pid) {
    return pid.in(pids);
  }

  long nextIno() {
    return newIno();
  }
}
