package dev.forklift.cli;

import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.calls.Syscall;
import dev.forklift.kernel.calls.SyscallFrame;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Remembers which tasks came from which, how, and how they ended; and which of them were there
/// when a byte of standard output was written, since that is read later.
final class TaskJournal implements TaskEvents, SyscallObserver {
  private static final int STANDARD_OUTPUT = 1;

  /// One task: who made it, by which call and flags, what it executed, how it ended.
  static final class Entry {
    private final int tid;
    private final int parent;
    private final TaskOrigin.Kind kind;
    private final String how;
    private String name;
    private boolean executed;
    private @Nullable String end;

    Entry(int tid, int parent, TaskOrigin.Kind kind, String how, String name) {
      this.tid = tid;
      this.parent = parent;
      this.kind = kind;
      this.how = how;
      this.name = name;
    }

    int tid() {
      return tid;
    }

    int parent() {
      return parent;
    }

    TaskOrigin.Kind kind() {
      return kind;
    }

    /// The call and its flags in a few words.
    String how() {
      return how;
    }

    String name() {
      return name;
    }

    /// Whether it executed a program.
    boolean hasExecuted() {
      return executed;
    }

    /// How it ended, or null while it lives.
    @Nullable String end() {
      return end;
    }
  }

  /// So many tasks had been made when so many bytes had been written.
  private record Mark(long bytes, int tasks) {}

  private final Map<Integer, Entry> entries = new LinkedHashMap<>();
  private final Map<Task, Entry> byTask = new HashMap<>();
  private final List<Entry> inOrder = new ArrayList<>();
  private final Map<Task, String> calls = new HashMap<>();
  private final Deque<Mark> marks = new ArrayDeque<>();
  private long written;
  private int taken;

  @Override
  public synchronized void created(Task child, Task parent, KernelCloneArgs args) {
    int tid = child.pid().global();
    int maker = parent.pid().global();
    Entry makersOwn = entries.get(maker);
    String how = TaskOrigin.describe(args, "clone3".equals(calls.get(parent)) ? "clone3" : "clone");
    Entry entry =
        args.has(CloneFlags.CLONE_PARENT) && makersOwn != null
            ? new Entry(
                tid,
                makersOwn.parent,
                TaskOrigin.kind(args),
                how + ", made by " + maker,
                child.name())
            : new Entry(tid, maker, TaskOrigin.kind(args), how, child.name());
    entries.put(tid, entry);
    byTask.put(child, entry);
    inOrder.add(entry);
  }

  @Override
  public synchronized void executed(Task task) {
    Entry entry = entries.get(task.pid().global());
    if (entry != null) {
      entry.executed = true;
      entry.name = task.name();
    }
    Entry before = byTask.get(task);
    if (before != null && before != entry) {
      // A thread that executes a program takes its group's pid.
      before.end = "becomes " + task.pid().global();
    }
  }

  @Override
  public synchronized void exited(Task task) {
    Entry entry = entries.get(task.pid().global());
    if (entry != null) {
      entry.name = task.name();
      entry.end = TaskOrigin.end(task);
    }
  }

  @Override
  public synchronized void enter(Syscall row, SyscallFrame frame) {
    calls.put(frame.task(), row.name());
    Entry entry = byTask.get(frame.task());
    if (entry != null && entry.end == null) {
      entry.name = frame.task().name();
    }
  }

  @Override
  public synchronized void leave(
      Syscall row, SyscallFrame frame, long result, @Nullable Errno error) {
    calls.remove(frame.task());
    if (row.name().equals("write") && error == null && frame.slots()[0] == STANDARD_OUTPUT) {
      written += result;
      marks.add(new Mark(written, inOrder.size()));
    }
  }

  /// The tasks made before the byte at `position` of standard output was written, and not taken
  /// yet.
  synchronized List<Entry> takeUpTo(long position) {
    while (!marks.isEmpty() && marks.getFirst().bytes() < position) {
      marks.removeFirst();
    }
    return take(marks.isEmpty() ? inOrder.size() : marks.getFirst().tasks());
  }

  /// The tasks not taken yet.
  synchronized List<Entry> takeRest() {
    return take(inOrder.size());
  }

  private List<Entry> take(int end) {
    List<Entry> part = List.copyOf(inOrder.subList(taken, end));
    taken = end;
    return part;
  }

  /// The task with this id, or null.
  synchronized @Nullable Entry find(int tid) {
    return entries.get(tid);
  }

  /// How many tasks the program made in each way.
  synchronized Map<TaskOrigin.Kind, Integer> counts() {
    Map<TaskOrigin.Kind, Integer> counts = new LinkedHashMap<>();
    for (Entry entry : inOrder) {
      counts.merge(entry.kind, 1, Integer::sum);
    }
    return counts;
  }
}
