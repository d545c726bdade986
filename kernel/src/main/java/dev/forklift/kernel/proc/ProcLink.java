package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PtraceAccess;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// A symbolic link whose target depends on who looks, such as /proc/self.
final class ProcLink extends ProcInode {
  /// Where it points.
  @FunctionalInterface
  interface Target {
    String text(Task reader) throws Errno;
  }

  /// The place that it leads to.
  @FunctionalInterface
  interface Place {
    /// The place for a task.
    ///
    /// @throws Errno ENOENT if there is none
    VfsPath path(Task task) throws Errno;
  }

  private final Target target;
  private final @Nullable Place place;

  private ProcLink(ProcFileSystem proc, @Nullable Pid pid, Target target, @Nullable Place place) {
    super(proc, pid, FileMode.S_IFLNK | 0777);
    this.target = target;
    this.place = place;
  }

  /// A link with a text, which is followed as all links are.
  static ProcLink to(ProcFileSystem proc, Target target) {
    return new ProcLink(proc, null, target, null);
  }

  /// A link of a process that has a text only to be looked at, by those who may.
  static ProcLink shown(ProcFileSystem proc, Pid pid, Target target) {
    return new ProcLink(
        proc,
        pid,
        reader -> {
          requireAccess(reader, pid);
          return target.text(reader);
        },
        null);
  }

  /// A link that leads straight to a place, whatever its name is now.
  static ProcLink magic(ProcFileSystem proc, Pid pid, Place place) {
    return new ProcLink(
        proc,
        pid,
        reader -> {
          Task task = requireAccess(reader, pid);
          return place.path(task).display(reader.fs().root());
        },
        place);
  }

  static Task requireAccess(Task reader, Pid pid) throws Errno {
    Task task = pid.task();
    if (task == null) {
      throw Errno.ENOENT;
    }
    if (!PtraceAccess.byFileSystemIds(reader, task)) {
      throw Errno.EACCES;
    }
    return task;
  }

  @Override
  public String readlink(Caller caller) throws Errno {
    return target.text((Task) caller);
  }

  @Override
  public @Nullable VfsPath magicTarget(Caller caller) throws Errno {
    if (place == null) {
      return null;
    }
    return place.path(requireAccess((Task) caller, task().pid()));
  }
}
