package dev.forklift.kernel.process;

import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.time.CpuClock;
import dev.forklift.kernel.time.TimeUser;
import dev.forklift.kernel.wait.Sleeper;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A task as clocks see it.
record TaskTimeUser(Task task) implements TimeUser {
  @Override
  public Sleeper sleeper() {
    return task;
  }

  @Override
  public Credentials credentials() {
    return task.credentials();
  }

  @Override
  public int tid() {
    return task.tid();
  }

  @Override
  public CpuClock threadTime() {
    return new ThreadTime(task);
  }

  @Override
  public CpuClock processTime() {
    return new ProcessTime(task.group());
  }

  @Override
  public @Nullable CpuClock threadTime(int tid) {
    Task found = find(tid);
    return found == null || found.group() != task.group() ? null : new ThreadTime(found);
  }

  @Override
  public @Nullable CpuClock processTime(int pid) {
    Task found = find(pid);
    return found == null || !found.isLeader() ? null : new ProcessTime(found.group());
  }

  private @Nullable Task find(int number) {
    Pid pid = task.pidNamespace().find(number);
    return pid == null ? null : pid.task();
  }

  private record ThreadTime(Task task) implements CpuClock {
    @Override
    public long userNanos() {
      return task.times().userNanos();
    }

    @Override
    public long systemNanos() {
      return task.times().systemNanos();
    }

    @Override
    public int runners() {
      return 1;
    }
  }

  /// The time of all tasks of a process, ended ones included.
  record ProcessTime(ThreadGroup group) implements CpuClock {
    @Override
    public long userNanos() {
      return group.times().ended().userNanos() + sum(t -> t.times().userNanos());
    }

    @Override
    public long systemNanos() {
      return group.times().ended().systemNanos() + sum(t -> t.times().systemNanos());
    }

    @Override
    public int runners() {
      return Math.max(1, group.liveThreads());
    }

    private long sum(ToLongFunction<Task> time) {
      return group.threadList().stream().mapToLong(time).sum();
    }
  }
}
