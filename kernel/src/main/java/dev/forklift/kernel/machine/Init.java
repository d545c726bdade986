package dev.forklift.kernel.machine;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.process.ChildWait;
import dev.forklift.kernel.process.KernelClone;
import dev.forklift.kernel.process.Task;

/// The built-in init: starts the program, reaps whatever is orphaned, ends with the program's
/// status.
final class Init implements Runnable {
  private final Machine machine;
  private final Runnable program;

  /// @param program becomes the program, as its task's first function
  Init(Machine machine, Runnable program) {
    this.machine = machine;
    this.program = program;
  }

  @Override
  public void run() {
    Task self = machine.kernel().current();
    try {
      machine.awaitKernelThreads(self);
      int child = KernelClone.clone(self, KernelCloneArgs.userModeThread(program, "init"));
      while (true) {
        ChildWait.Result ended =
            ChildWait.await(self, any -> true, ChildWait.WEXITED | ChildWait.WALL);
        if (ended != null && ended.pid() == child) {
          machine.programEnded(ended.status());
          break;
        }
      }
    } catch (Errno e) {
      if (!self.group().isExiting()) {
        throw new IllegalStateException("init", e);
      }
      // Somebody has switched the machine off.
    }
    self.requestEnd(0);
  }
}
