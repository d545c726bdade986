package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.ProcessFolder;
import dev.forklift.kernel.process.Task;

/// /proc/PID of a process.
final class ProcessDirectory extends ProcDirectory implements ProcessFolder {
  private final ProcFileSystem proc;
  private final Pid process;

  ProcessDirectory(ProcFileSystem proc, Pid process) {
    super(proc, process, 0555);
    this.proc = proc;
    this.process = process;
  }

  /// hidepid= may keep others out.
  @Override
  protected void requireAllowed(Credentials who, int wanted) throws Errno {
    Task task = process.task();
    Task viewer = proc.kernel().currentOrNull();
    if (task != null && viewer != null && !proc.options().opens(task, viewer)) {
      throw proc.options().hiding() == ProcOptions.Hiding.INVISIBLE ? Errno.ENOENT : Errno.EPERM;
    }
    super.requireAllowed(who, wanted);
  }

  @Override
  public Pid process() {
    return process;
  }
}
