package dev.forklift.kernel.machine;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.loader.ExecRequest;
import dev.forklift.kernel.process.Exec;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Sessions;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.PathWalk;

/// What the program's task does before it is the program: takes its identity and executes it.
final class Start implements Runnable {
  private static final int NOT_FOUND = 127;
  private static final int NOT_EXECUTABLE = 126;

  private final Machine machine;
  private final ProgramSpec program;

  Start(Machine machine, ProgramSpec program) {
    this.machine = machine;
    this.program = program;
  }

  @Override
  public void run() {
    Kernel kernel = machine.kernel();
    Task task = kernel.current();
    try {
      Sessions.begin(task);
      machine.programIs(task);
      machine.attachTracer(task);
      machine.takeTerminal(task);
      if (program.uid() != 0 || program.gid() != 0) {
        Credentials user = Credentials.of(program.uid(), program.gid(), kernel.userNamespace());
        kernel.userChanged(task.credentials(), user);
        task.setCredentials(user);
      }
      task.fs().setCwd(PathWalk.lookup(task, null, program.folder(), true));
      Exec.execute(
          task, ExecRequest.of(program.path(), program.arguments(), program.environment()));
    } catch (Errno e) {
      machine.notStarted(e);
      int code = e == Errno.ENOENT || e == Errno.ENOTDIR ? NOT_FOUND : NOT_EXECUTABLE;
      task.requestEnd(code << 8);
    }
  }
}
