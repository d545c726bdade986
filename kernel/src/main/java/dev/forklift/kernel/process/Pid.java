package dev.forklift.kernel.process;

import dev.forklift.kernel.wait.WaitQueue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A process id, with one number in each pid namespace from the innermost one it was made in out to
/// the first (Linux's `struct pid`). It names a task, and as long as anybody uses it so also a
/// thread group, a process group and a session.
public final class Pid {
  private final List<PidNamespace> namespaces;
  private final int[] numbers;
  private final WaitQueue exitQueue = new WaitQueue();
  private @Nullable Task task;
  private @Nullable ProcessGroup processGroup;
  private @Nullable Session session;

  Pid(List<PidNamespace> namespaces, int[] numbers) {
    this.namespaces = List.copyOf(namespaces);
    this.numbers = numbers;
  }

  /// The number in the first namespace.
  public int global() {
    return numbers[0];
  }

  /// The number as seen from a namespace; 0 if it is not visible there.
  public int in(PidNamespace namespace) {
    int level = namespace.level();
    return level < namespaces.size() && namespaces.get(level) == namespace ? numbers[level] : 0;
  }

  /// The innermost namespace.
  public PidNamespace namespace() {
    return namespaces.get(namespaces.size() - 1);
  }

  /// Namespaces from the first to the innermost.
  public List<PidNamespace> namespaces() {
    return namespaces;
  }

  /// The task of this id, or null once it has been reaped.
  public @Nullable Task task() {
    return task;
  }

  void setTask(@Nullable Task task) {
    this.task = task;
    if (task == null) {
      namespaces.forEach(PidNamespace::taskGone);
    }
    freeIfUnused();
  }

  public @Nullable ProcessGroup processGroup() {
    return processGroup;
  }

  void setProcessGroup(@Nullable ProcessGroup group) {
    this.processGroup = group;
    freeIfUnused();
  }

  public @Nullable Session session() {
    return session;
  }

  void setSession(@Nullable Session session) {
    this.session = session;
    freeIfUnused();
  }

  /// Woken when the task becomes a zombie: what pidfds poll on.
  public WaitQueue exitQueue() {
    return exitQueue;
  }

  private void freeIfUnused() {
    if (task == null && processGroup == null && session == null) {
      free();
    }
  }

  /// Gives its numbers back.
  void free() {
    for (PidNamespace namespace : namespaces) {
      namespace.free(this);
    }
    namespace().release();
  }
}
