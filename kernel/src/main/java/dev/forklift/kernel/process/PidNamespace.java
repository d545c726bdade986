package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.cred.NamespaceKind;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A namespace of process ids (pid_namespaces(7)): numbers for the tasks in it and in all below.
///
/// It lives as its init does, the process with number 1: when that ends, all others are killed, and
/// nothing can be made in it any more ([PidNamespaceEnd]).
public final class PidNamespace extends Namespace {
  /// How deep they may be nested (`MAX_PID_NS_LEVEL`).
  static final int MAX_LEVEL = 32;

  private final @Nullable PidNamespace parent;
  private final int level;
  private final NavigableMap<Integer, Pid> pids = new TreeMap<>();
  private final CloneSettings settings;
  private final WaitQueue taskQueue = new WaitQueue();
  private int last;
  private boolean dead;
  private int rebootSignal;
  private @Nullable ThreadGroup init;
  private @Nullable Accounting accounting;

  private PidNamespace(UserNamespace owner, CloneSettings settings) {
    super(NamespaceKind.PID, owner);
    this.parent = null;
    this.level = 0;
    this.settings = settings;
  }

  private PidNamespace(PidNamespace parent, UserNamespace owner, int creator) throws Errno {
    super(NamespaceKind.PID, owner, creator);
    this.parent = parent;
    this.level = parent.level + 1;
    this.settings = parent.settings;
    parent.hold();
  }

  /// The one that a kernel begins with.
  static PidNamespace first(UserNamespace owner, CloneSettings settings) {
    return new PidNamespace(owner, settings);
  }

  /// A new one below this, with nobody in it. The first task made in it will be its init.
  ///
  /// @param creator the effective user id of who makes it
  PidNamespace create(UserNamespace owner, int creator) throws Errno {
    return new PidNamespace(this, owner, creator);
  }

  @Override
  protected void onUnused() {
    if (parent != null) {
      parent.release();
    }
  }

  /// The namespace that this one was made in; null for the first.
  public @Nullable PidNamespace parent() {
    return parent;
  }

  /// 0 for the first namespace.
  public int level() {
    return level;
  }

  /// Says whether it is `other` or below that.
  public boolean isWithin(PidNamespace other) {
    PidNamespace at = this;
    while (at.parent != null && at.level > other.level) {
      at = at.parent;
    }
    return at == other;
  }

  /// One above the largest number (`pid_max`).
  public int maximum() {
    return settings.pidMax();
  }

  /// The last number given out.
  public int last() {
    return last;
  }

  /// The next number will be the one behind this, if that is free (/proc/sys/kernel/ns_last_pid).
  public void setLast(int number) {
    last = number;
  }

  /// The process with number 1, which inherits orphans; null until it is there.
  public @Nullable ThreadGroup init() {
    return init;
  }

  void setInit(ThreadGroup group) {
    init = group;
  }

  /// Where the end of its processes is noted, or null.
  @Nullable Accounting accounting() {
    return accounting;
  }

  void setAccounting(@Nullable Accounting accounting) {
    this.accounting = accounting;
  }

  /// Says whether its init has ended or could not be made: nothing will ever be in it again.
  boolean isDead() {
    return dead;
  }

  /// Its init is ending.
  void die() {
    dead = true;
  }

  /// The signal that its init will seem to have died of, because a member called reboot(2); or 0.
  int rebootSignal() {
    return rebootSignal;
  }

  void setRebootSignal(int signal) {
    rebootSignal = signal;
  }

  /// Woken when a task in it, or below, is gone for good.
  WaitQueue taskQueue() {
    return taskQueue;
  }

  void taskGone() {
    taskQueue.wakeAll();
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
  /// @param who asks
  /// @param refused told why there is none
  Pid allocate(List<Integer> wanted, Credentials who, Refusal refused) throws Errno {
    List<PidNamespace> path = new ArrayList<>();
    for (PidNamespace n = this; n != null; n = n.parent) {
      path.add(0, n);
    }
    int[] numbers = new int[path.size()];
    Pid pid = new Pid(path, numbers);
    int former = last;
    int done = path.size();
    try (Undo undo = new Undo()) {
      while (done > 0) {
        PidNamespace namespace = path.get(done - 1);
        int index = path.size() - done;
        int number =
            index < wanted.size()
                ? namespace.claim(wanted.get(index), who, refused)
                : namespace.next(refused);
        numbers[done - 1] = number;
        namespace.pids.put(number, pid);
        undo.onFailure(() -> namespace.pids.remove(number));
        done--;
      }
      if (dead) {
        throw refused.by(CloneRule.PID_NAMESPACE_DEAD);
      }
      undo.keep();
      hold();
      return pid;
    } finally {
      if (pids.isEmpty()) {
        // The first number stays for who comes first.
        last = former;
      }
    }
  }

  /// Rows 31 to 33 of the specification, for one element of set_tid.
  private int claim(int number, Credentials who, Refusal refused) throws Errno {
    if (number < 1 || number >= maximum() || (number != 1 && init == null)) {
      throw refused.by(CloneRule.TID_INVALID);
    }
    if (!mayChooseIds(who)) {
      throw refused.by(CloneRule.TID_NOT_PERMITTED);
    }
    if (pids.containsKey(number)) {
      throw refused.by(CloneRule.TID_IN_USE);
    }
    return number;
  }

  /// Says whether somebody may say which numbers are to be given out.
  public boolean mayChooseIds(Credentials who) {
    return who.hasIn(userNamespace(), Capability.CHECKPOINT_RESTORE)
        || who.hasIn(userNamespace(), Capability.SYS_ADMIN);
  }

  private int next(Refusal refused) throws Errno {
    int maximum = maximum();
    int number = last + 1;
    for (int tries = 0; tries <= maximum; tries++, number++) {
      if (number >= maximum) {
        number = CloneSettings.RESERVED_PIDS;
      }
      if (!pids.containsKey(number)) {
        last = number;
        return number;
      }
    }
    throw refused.by(CloneRule.NO_TID_FREE);
  }

  /// Takes a number back. A namespace whose first task could not be made after all stays without
  /// one for ever.
  void free(Pid pid) {
    pids.remove(pid.in(this), pid);
    if (pids.isEmpty()) {
      dead = true;
    }
  }
}
