package dev.forklift.kernel.proc;

import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.ProcessFolder;

/// /proc/PID of a process.
final class ProcessDirectory extends ProcDirectory implements ProcessFolder {
  private final Pid process;

  ProcessDirectory(ProcFileSystem proc, Pid process) {
    super(proc, process, 0555);
    this.process = process;
  }

  @Override
  public Pid process() {
    return process;
  }
}
