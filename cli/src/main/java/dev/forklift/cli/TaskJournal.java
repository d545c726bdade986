package dev.forklift.cli;

import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// Remembers which tasks came from which, how, and how they ended.
final class TaskJournal implements TaskEvents {
  /// One task: who made it, by which call and flags, what it executed, how it ended.
  static final class Entry {
    private final int tid;
    private final int parent;
    private final String how;
    private String name;
    private final List<String> executed = new ArrayList<>();
    private @Nullable String end;

    Entry(int tid, int parent, String how, String name) {
      this.tid = tid;
      this.parent = parent;
      this.how = how;
      this.name = name;
    }

    int tid() {
      return tid;
    }

    int parent() {
      return parent;
    }

    String how() {
      return how;
    }

    String name() {
      return name;
    }

    /// The programs it executed, in order.
    List<String> executed() {
      return List.copyOf(executed);
    }

    /// How it ended, or null while it lives.
    @Nullable String end() {
      return end;
    }
  }

  private final Map<Integer, Entry> entries = new LinkedHashMap<>();
  private final List<Entry> fresh = new ArrayList<>();

  @Override
  public synchronized void created(Task child, Task parent, KernelCloneArgs args) {
    int tid = child.pid().global();
    Entry entry = new Entry(tid, parent.pid().global(), describe(args), child.name());
    entries.put(tid, entry);
    fresh.add(entry);
  }

  @Override
  public synchronized void executed(Task task) {
    Entry entry = entries.get(task.pid().global());
    if (entry != null) {
      entry.executed.add(task.name());
      entry.name = task.name();
    }
  }

  @Override
  public synchronized void exited(Task task) {
    Entry entry = entries.get(task.pid().global());
    if (entry != null) {
      entry.name = task.name();
      int status = task.exitStatus();
      int signal = status & 0x7f;
      entry.end = signal != 0 ? Signal.name(signal) : "exit " + (status >> 8 & 0xff);
    }
  }

  /// The tasks made since this was asked last.
  synchronized List<Entry> takeFresh() {
    List<Entry> taken = List.copyOf(fresh);
    fresh.clear();
    return taken;
  }

  /// The task with this id, or null.
  synchronized @Nullable Entry find(int tid) {
    return entries.get(tid);
  }

  /// The call in a few words: fork, vfork, thread, or clone with its flags.
  static String describe(KernelCloneArgs args) {
    if (args.kernelThread() != null) {
      return "kernel thread";
    }
    long quiet =
        CloneFlags.CLONE_PARENT_SETTID
            | CloneFlags.CLONE_CHILD_SETTID
            | CloneFlags.CLONE_CHILD_CLEARTID;
    long flags = args.flags() & ~quiet;
    if (flags == (CloneFlags.CLONE_VM | CloneFlags.CLONE_VFORK)) {
      return "vfork";
    }
    if (args.has(CloneFlags.CLONE_THREAD)) {
      return args.has(CloneFlags.CLONE_SETTLS)
          ? "thread, TLS 0x" + Long.toHexString(args.tls())
          : "thread";
    }
    if (flags == 0 && args.exitSignal() == Signal.SIGCHLD && args.setTid().isEmpty()) {
      return "fork";
    }
    StringJoiner text = new StringJoiner(" ", "clone ", "");
    CloneFlagNames.of(flags).forEach(text::add);
    if (args.exitSignal() != Signal.SIGCHLD && args.exitSignal() != 0) {
      text.add(Signal.name(args.exitSignal()));
    }
    return text.toString().strip();
  }
}
