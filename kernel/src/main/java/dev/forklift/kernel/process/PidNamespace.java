package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A namespace of process ids (pid_namespaces(7)).
public final class PidNamespace extends Namespace {
  /// Where numbers start again after wrapping around (`RESERVED_PIDS`).
  private static final int RESERVED = 300;

  private final @Nullable PidNamespace parent;
  private final int level;
  private final NavigableMap<Integer, Pid> pids = new TreeMap<>();
  private final int maximum;
  private int last;
  private @Nullable Task reaper;

  private PidNamespace(UserNamespace owner, int maximum) {
    super(NamespaceKind.PID, owner);
    this.parent = null;
    this.level = 0;
    this.maximum = maximum;
  }

  /// The one that a kernel begins with.
  ///
  /// @param maximum one above the largest number (`pid_max`)
  static PidNamespace first(UserNamespace owner, int maximum) {
    return new PidNamespace(owner, maximum);
  }

  /// 0 for the first namespace.
  public int level() {
    return level;
  }

  public int maximum() {
    return maximum;
  }

  /// The last number given out.
  public int last() {
    return last;
  }

  /// The task that inherits orphans: pid 1 of this namespace.
  public @Nullable Task reaper() {
    return reaper;
  }

  void setReaper(Task reaper) {
    this.reaper = reaper;
  }

  public @Nullable Pid find(int number) {
    return pids.get(number);
  }

  /// All ids, in order of their numbers. A snapshot.
  public Collection<Pid> all() {
    return List.copyOf(pids.values());
  }

  /// All tasks, in order of their numbers. A snapshot.
  public List<Task> tasks() {
    List<Task> tasks = new ArrayList<>(pids.size());
    for (Pid pid : pids.values()) {
      Task task = pid.task();
      if (task != null) {
        tasks.add(task);
      }
    }
    return tasks;
  }

  /// Gives out an id with a number here and in every namespace above.
  ///
  /// @param wanted numbers asked for by set_tid, innermost namespace first
  /// @param mayChoose whether the caller has the privilege to ask for numbers
  /// @param refused told why there is none
  Pid allocate(List<Integer> wanted, boolean mayChoose, Refusal refused) throws Errno {
    List<PidNamespace> path = new ArrayList<>();
    for (PidNamespace n = this; n != null; n = n.parent) {
      path.add(0, n);
    }
    int[] numbers = new int[path.size()];
    Pid pid = new Pid(path, numbers);
    int done = path.size();
    try {
      while (done > 0) {
        PidNamespace namespace = path.get(done - 1);
        int index = path.size() - done;
        int number =
            index < wanted.size()
                ? namespace.claim(wanted.get(index), mayChoose, refused)
                : namespace.next(refused);
        numbers[done - 1] = number;
        namespace.pids.put(number, pid);
        done--;
      }
      return pid;
    } finally {
      if (done > 0) {
        for (int i = done; i < path.size(); i++) {
          path.get(i).pids.remove(numbers[i]);
        }
      }
    }
  }

  /// Rows 31 to 33 of the specification, for one element of set_tid.
  private int claim(int number, boolean mayChoose, Refusal refused) throws Errno {
    if (number < 1 || number >= maximum || (number != 1 && reaper == null)) {
      throw refused.by(CloneRule.TID_INVALID);
    }
    if (!mayChoose) {
      throw refused.by(CloneRule.TID_NOT_PERMITTED);
    }
    if (pids.containsKey(number)) {
      throw refused.by(CloneRule.TID_IN_USE);
    }
    return number;
  }

  private int next(Refusal refused) throws Errno {
    int number = last + 1;
    for (int tries = 0; tries < maximum; tries++, number++) {
      if (number >= maximum) {
        number = Math.min(RESERVED, maximum - 1);
      }
      if (!pids.containsKey(number)) {
        last = number;
        return number;
      }
    }
    throw refused.by(CloneRule.NO_TID_FREE);
  }

  void free(Pid pid) {
    pids.remove(pid.in(this), pid);
  }
}
