package dev.forklift.kernel.fs.cgroup;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cgroup.CgroupTree;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.Dentry;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;

/// The file system `cgroup2`. There is one, wherever it is mounted, since there is one tree.
public final class CgroupFileSystem extends FileSystem {
  private static final long MAGIC = 0x6367_7270;

  private final FrameBudget budget;
  private final CgroupTree tree;
  private final CgroupDirectory top;

  /// @param budget what the groups' memory is taken from
  public CgroupFileSystem(FileSystems systems, CgroupTree tree, FrameBudget budget) {
    super(systems, "cgroup2");
    this.budget = budget;
    this.tree = tree;
    this.top =
        new CgroupDirectory(this, tree.root(), new NewInode(FileMode.S_IFDIR | 0555, 0, 0, 0));
  }

  /// Takes the options of a mount, which hold for all mounts. From inside a cgroup namespace they
  /// change nothing.
  ///
  /// @throws Errno EINVAL if one is not known
  public void mount(Caller caller, String options) throws Errno {
    setOptions(((Task) caller).namespaces().cgroup().isFirst(), options);
  }

  /// Looks at one option.
  ///
  /// @throws Errno EINVAL if there is no such option
  public void checkOption(String option) throws Errno {
    setOptions(false, option);
  }

  private void setOptions(boolean apply, String options) throws Errno {
    boolean delegating = false;
    boolean localEvents = false;
    for (String option : options.split(",", -1)) {
      switch (option) {
        case "nsdelegate" -> delegating = true;
        case "pids_localevents" -> localEvents = true;
        // These are about controllers that are not there.
        case "",
            "favordynmods",
            "memory_localevents",
            "memory_recursiveprot",
            "memory_hugetlb_accounting" -> {}
        default -> throw Errno.EINVAL;
      }
    }
    if (apply) {
      tree.setDelegating(delegating);
      tree.setLocalEvents(localEvents);
    }
    tree.setVisible();
  }

  @Override
  public void remount(String options) throws Errno {
    setOptions(true, options);
  }

  @Override
  public String shownOptions() {
    return (tree.isDelegating() ? ",nsdelegate" : "")
        + (tree.hasLocalEvents() ? ",pids_localevents" : "");
  }

  /// A task in a cgroup namespace mounts the part of the tree that it sees.
  @Override
  public Dentry rootFor(Caller caller) throws Errno {
    return below(((Task) caller).namespaces().cgroup().root().path());
  }

  @Override
  public String rootName(Caller viewer, Inode root, String path) {
    return root instanceof CgroupDirectory folder
        ? folder.cgroup().pathFrom(((Task) viewer).namespaces().cgroup().root())
        : path;
  }

  FrameBudget budget() {
    return budget;
  }

  CgroupTree tree() {
    return tree;
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
