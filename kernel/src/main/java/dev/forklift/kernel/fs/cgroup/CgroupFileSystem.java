package dev.forklift.kernel.fs.cgroup;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cgroup.CgroupTree;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;

/// The file system `cgroup2`. There is one, wherever it is mounted, since there is one tree.
public final class CgroupFileSystem extends FileSystem {
  private static final long MAGIC = 0x6367_7270;

  private final CgroupTree tree;
  private final CgroupDirectory top;

  public CgroupFileSystem(FileSystems systems, CgroupTree tree) {
    super(systems, "cgroup2");
    this.tree = tree;
    this.top =
        new CgroupDirectory(this, tree.root(), new NewInode(FileMode.S_IFDIR | 0555, 0, 0, 0));
  }

  /// Takes the options of a mount, which hold for all mounts.
  ///
  /// @throws Errno EINVAL if one is not known
  public void setOptions(String options) throws Errno {
    boolean delegating = false;
    boolean localEvents = false;
    for (String option : options.split(",", -1)) {
      switch (option) {
        case "nsdelegate" -> delegating = true;
        case "pids_localevents" -> localEvents = true;
        // These are about controllers that are not there.
        case "", "favordynmods", "memory_localevents", "memory_recursiveprot" -> {}
        default -> throw Errno.EINVAL;
      }
    }
    tree.setDelegating(delegating);
    tree.setLocalEvents(localEvents);
    tree.setVisible();
  }

  @Override
  public void remount(String options) throws Errno {
    setOptions(options);
  }

  @Override
  public String shownOptions() {
    return (tree.isDelegating() ? ",nsdelegate" : "")
        + (tree.hasLocalEvents() ? ",pids_localevents" : "");
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
