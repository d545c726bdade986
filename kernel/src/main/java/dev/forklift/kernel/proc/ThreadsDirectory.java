package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.Inode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// /proc/PID/task: the threads of a process.
final class ThreadsDirectory extends ProcDirectory {
  private static final int FIRST = 2;

  private final ProcFileSystem proc;
  private final PidDirectories threads;

  ThreadsDirectory(ProcFileSystem proc, Pid pid) {
    super(proc, pid, 0555);
    this.proc = proc;
    this.threads = new PidDirectories(thread -> TaskFiles.ofThread(proc, thread));
  }

  @Override
  public @Nullable Inode lookup(String name) throws Errno {
    Pid thread = proc.pids().find(PidDirectories.number(name));
    Task found = thread == null ? null : thread.task();
    return found == null || found.group() != group() ? null : threads.of(found.pid());
  }

  private dev.forklift.kernel.process.ThreadGroup group() throws Errno {
    try {
      return task().group();
    } catch (Errno gone) {
      throw Errno.ENOENT;
    }
  }

  @Override
  public long list(long position, DirectorySink sink) throws Errno {
    int type = FileMode.directoryType(FileMode.S_IFDIR);
    List<Task> all = group().threads();
    long at = Math.max(position, FIRST);
    for (int i = (int) (at - FIRST); i < all.size(); i++) {
      Pid thread = all.get(i).pid();
      String name = Integer.toString(proc.number(thread));
      if (!sink.add(name, threads.of(thread).ino(), type, at + 1)) {
        return at;
      }
      at++;
    }
    return at;
  }
}
