package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cred.IdMap;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.AttributeChange;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import org.jspecify.annotations.Nullable;

/// A file of /proc, of the kernel or of one process.
abstract class ProcInode extends Inode {
  private final @Nullable Pid pid;

  /// @param pid the process that it tells about, or null
  ProcInode(ProcFileSystem proc, @Nullable Pid pid, int mode) {
    super(proc, proc.nextIno(), new NewInode(mode, 0, 0, 0));
    this.pid = pid;
    Task task = pid == null ? null : pid.task();
    if (task != null) {
      own(task);
    }
  }

  /// The task that it tells about.
  ///
  /// @throws Errno ESRCH once there is none any more
  final Task task() throws Errno {
    Task task = pid == null ? null : pid.task();
    if (task == null) {
      throw Errno.ESRCH;
    }
    return task;
  }

  /// What the files of a process are is that of the process, unless its memory is nobody's
  /// business: then it is that of root of the user namespace where its program was executed. What
  /// everybody may look into stays its own all the same.
  @Override
  protected void refresh() {
    Task task = pid == null ? null : pid.task();
    if (task != null) {
      own(task);
    }
  }

  private void own(Task task) {
    boolean open = mode() == (FileMode.S_IFDIR | 0555);
    Mm mm = task.mm();
    if (!task.isKernelThread() && (open || (mm != null && task.isDumpable()))) {
      setOwner(task.credentials().euid(), task.credentials().egid());
    } else if (!task.isKernelThread() && mm != null) {
      UserNamespace namespace = mm.userNamespace();
      setOwner(orRoot(namespace.kuid(0)), orRoot(namespace.kgid(0)));
    } else {
      setOwner(0, 0);
    }
  }

  private static int orRoot(int kid) {
    return kid == IdMap.NONE ? 0 : kid;
  }

  @Override
  public void setAttributes(AttributeChange change) throws Errno {
    if (change.mode() != null || change.uid() != null || change.gid() != null) {
      throw Errno.EPERM;
    }
    super.setAttributes(change);
  }

  /// Opening with O_TRUNC changes nothing.
  @Override
  public void setSize(long size) {}
}
