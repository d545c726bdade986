package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PidNamespace;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.Inode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The top of /proc: files about the kernel, then one folder for each process.
final class RootDirectory extends ProcDirectory {
  /// Where the listing of processes begins.
  private static final int FIRST_PROCESS = 256;

  private static final Set<String> OF_PROCESSES = Set.of("self", "thread-self");

  private final ProcFileSystem proc;
  private final PidDirectories processes;

  RootDirectory(ProcFileSystem proc) {
    super(proc, null, 0555);
    this.proc = proc;
    this.processes = new PidDirectories(pid -> TaskFiles.ofProcess(proc, pid));
    new KernelFiles(proc).fill(this);
    add("net", ProcLink.to(proc, reader -> "self/net"));
    add("sys", Sysctls.tree(proc));
    add("self", ProcLink.to(proc, reader -> Integer.toString(own(reader))));
    add(
        "thread-self",
        ProcLink.to(proc, reader -> own(reader) + "/task/" + proc.number(reader.pid())));
  }

  private int own(Task reader) throws Errno {
    int number = proc.number(reader.group().pid());
    if (number == 0) {
      throw Errno.ENOENT;
    }
    return number;
  }

  @Override
  public @Nullable Inode lookup(String name) throws Errno {
    Inode found = isShown(name) ? super.lookup(name) : null;
    if (found != null) {
      return found;
    }
    // Threads have a folder as well, though it is not listed.
    Pid pid = proc.pids().find(PidDirectories.number(name));
    Task task = pid == null ? null : pid.task();
    return pid == null || task == null || isHidden(task) ? null : processes.of(pid);
  }

  /// Says whether something beside the processes is there.
  private boolean isShown(String name) {
    return !proc.options().processesOnly() || OF_PROCESSES.contains(name);
  }

  private boolean isHidden(Task task) {
    Task viewer = proc.kernel().currentOrNull();
    return viewer != null && !proc.options().shows(task, viewer);
  }

  @Override
  public long list(long position, DirectorySink sink) throws Errno {
    long at = position;
    if (at < FIRST_PROCESS) {
      boolean[] full = {false};
      at =
          super.list(
              at,
              (name, ino, type, next) -> {
                full[0] = isShown(name) && !sink.add(name, ino, type, next);
                return !full[0];
              });
      if (full[0]) {
        return at;
      }
      at = FIRST_PROCESS;
    }
    PidNamespace pids = proc.pids();
    int type = FileMode.directoryType(FileMode.S_IFDIR);
    for (Task task : pids.tasks()) {
      long place = FIRST_PROCESS + (long) task.pid().in(pids);
      if (!task.isLeader() || place < at || isHidden(task)) {
        continue;
      }
      long ino = processes.of(task.pid()).ino();
      if (!sink.add(Integer.toString(task.pid().in(pids)), ino, type, place + 1)) {
        return place;
      }
      at = place + 1;
    }
    return at;
  }
}
