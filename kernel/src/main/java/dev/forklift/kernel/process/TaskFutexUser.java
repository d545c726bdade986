package dev.forklift.kernel.process;

import dev.forklift.kernel.futex.FutexMemory;
import dev.forklift.kernel.futex.FutexUser;
import dev.forklift.kernel.wait.Sleeper;
import org.jspecify.annotations.Nullable;

/// A task as futexes see it.
final class TaskFutexUser implements FutexUser {
  private final Task task;

  TaskFutexUser(Task task) {
    this.task = task;
  }

  @Override
  public Sleeper sleeper() {
    return task;
  }

  @Override
  public FutexMemory memory() {
    return FutexMemory.of(task.memory().space(), task.kernel().abi().dataModel().wordBytes());
  }

  @Override
  public int tidOf(FutexUser other) {
    return other instanceof TaskFutexUser user ? user.task.pid().in(task.pidNamespace()) : 0;
  }

  @Override
  public @Nullable FutexUser find(int tid) {
    Pid pid = task.pidNamespace().find(tid);
    Task found = pid == null ? null : pid.task();
    boolean released = found != null && found.isExiting() && found.mm() == null;
    return found == null || released ? null : found.futexUser();
  }

  @Override
  public boolean isKernelThread() {
    return task.isKernelThread();
  }
}
