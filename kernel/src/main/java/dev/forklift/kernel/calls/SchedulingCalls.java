package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Scheduling;
import dev.forklift.kernel.process.SchedulingAttributes;
import dev.forklift.kernel.process.SchedulingAttributes.Reservation;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskSelection;
import java.util.List;

/// Nice values, scheduling policies and processors. A guest sees one processor.
final class SchedulingCalls {
  private static final int PRIO_PROCESS = 0;
  private static final int PRIO_PGRP = 1;
  private static final int PRIO_USER = 2;

  private static final int KEEP_POLICY = -1;
  private static final int SCHED_EXT = 7;
  private static final int SCHED_RESET_ON_FORK = 0x4000_0000;

  private static final long FLAG_RESET_ON_FORK = 0x01;
  private static final long FLAG_KEEP_POLICY = 0x08;
  private static final long FLAG_KEEP_PARAMS = 0x10;
  private static final long FLAG_UTIL_CLAMP = 0x60;
  private static final long FLAGS_KNOWN = 0x7f;

  private static final int ATTRIBUTES_VERSION_0 = 48;
  private static final int ATTRIBUTES = 56;
  private static final int ATTRIBUTES_MAX = 4096;

  private static final long RR_INTERVAL_NANOS = 100_000_000;

  private SchedulingCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(118, "sched_setparam", INT, ADDR, (t, p, a) -> setScheduler(t, p, KEEP_POLICY, a))
        .sys(119, "sched_setscheduler", INT, INT, ADDR, SchedulingCalls::schedSetscheduler)
        .sys(120, "sched_getscheduler", INT, SchedulingCalls::schedGetscheduler)
        .sys(121, "sched_getparam", INT, ADDR, SchedulingCalls::schedGetparam)
        .sys(122, "sched_setaffinity", INT, SIZE, ADDR, SchedulingCalls::schedSetaffinity)
        .sys(123, "sched_getaffinity", INT, SIZE, ADDR, SchedulingCalls::schedGetaffinity)
        .sys(124, "sched_yield", SchedulingCalls::schedYield)
        .sys(125, "sched_get_priority_max", INT, (t, p) -> bound(p, Scheduling.MAX_PRIORITY))
        .sys(126, "sched_get_priority_min", INT, (t, p) -> bound(p, 1))
        .sys(127, "sched_rr_get_interval", INT, ADDR, (t, p, a) -> interval(t, p, a, false))
        .sys(140, "setpriority", INT, INT, INT, SchedulingCalls::setpriority)
        .sys(141, "getpriority", INT, INT, SchedulingCalls::getpriority)
        .sys(168, "getcpu", ADDR, ADDR, ADDR, SchedulingCalls::getcpu)
        .sys(274, "sched_setattr", INT, ADDR, FLAGS, SchedulingCalls::schedSetattr)
        .sys(275, "sched_getattr", INT, ADDR, INT, FLAGS, SchedulingCalls::schedGetattr);
  }

  /// sched_rr_get_interval with 64-bit times on 32-bit guests.
  static void time64Rows(SyscallTable table) {
    table.sys(423, "sched_rr_get_interval_time64", INT, ADDR, (t, p, a) -> interval(t, p, a, true));
  }

  private static List<Task> tasks(Task task, int which, int who) throws Errno {
    return switch (which) {
      case PRIO_PROCESS -> {
        Task found = who == 0 ? task : TaskSelection.find(task, who);
        yield found == null ? List.of() : List.of(found);
      }
      case PRIO_PGRP -> TaskSelection.ofProcessGroup(task, who);
      case PRIO_USER -> {
        Credentials caller = task.credentials();
        int kuid = who == 0 ? caller.uid() : caller.userNamespace().kuid(who);
        yield TaskSelection.ofUser(task, kuid);
      }
      default -> throw Errno.EINVAL;
    };
  }

  /// Answers 20 - nice, so that the result is never negative.
  private static long getpriority(Task task, int which, int who) throws Errno {
    return tasks(task, which, who).stream()
        .mapToInt(t -> 20 - t.scheduling().nice())
        .max()
        .orElseThrow(() -> Errno.ESRCH);
  }

  /// Goes on after an error, and answers the last one.
  private static long setpriority(Task task, int which, int who, int nice) throws Errno {
    List<Task> targets = tasks(task, which, who);
    if (targets.isEmpty()) {
      throw Errno.ESRCH;
    }
    Errno error = null;
    for (Task target : targets) {
      try {
        Scheduling.setNice(task, target, Scheduling.clampNice(nice));
      } catch (Errno e) {
        error = e;
      }
    }
    if (error != null) {
      throw error;
    }
    return 0;
  }

  private static long schedSetscheduler(Task task, int pid, int policy, long param) throws Errno {
    if (policy < 0) {
      throw Errno.EINVAL;
    }
    return setScheduler(task, pid, policy, param);
  }

  private static long setScheduler(Task task, int pid, int policy, long param) throws Errno {
    if (param == 0 || pid < 0) {
      throw Errno.EINVAL;
    }
    int priority = task.memory().user().getInt(param);
    Task target = TaskSelection.one(task, pid);
    boolean reset = policy != KEEP_POLICY && (policy & SCHED_RESET_ON_FORK) != 0;
    Scheduling.set(
        task,
        target,
        new Scheduling.Request(
            reset ? policy & ~SCHED_RESET_ON_FORK : policy,
            priority,
            target.scheduling().nice(),
            Reservation.NONE,
            reset));
    return 0;
  }

  private static Task target(Task task, int pid) throws Errno {
    if (pid < 0) {
      throw Errno.EINVAL;
    }
    return TaskSelection.one(task, pid);
  }

  private static long schedGetscheduler(Task task, int pid) throws Errno {
    SchedulingAttributes scheduling = target(task, pid).scheduling();
    return scheduling.policy() | (scheduling.resetOnFork() ? SCHED_RESET_ON_FORK : 0);
  }

  private static long schedGetparam(Task task, int pid, long param) throws Errno {
    if (param == 0) {
      throw Errno.EINVAL;
    }
    int priority = target(task, pid).scheduling().priority();
    task.memory().user().putInt(param, priority);
    return 0;
  }

  private static long bound(int policy, int ofRealTime) throws Errno {
    if (Scheduling.isRealTime(policy)) {
      return ofRealTime;
    }
    if (!Scheduling.isPolicy(policy) && policy != SCHED_EXT) {
      throw Errno.EINVAL;
    }
    return 0;
  }

  private static long interval(Task task, int pid, long address, boolean time64) throws Errno {
    boolean takesTurns = target(task, pid).scheduling().policy() == SchedulingAttributes.SCHED_RR;
    DataModel model = task.memory().user().model();
    TimeLayout layout = time64 ? TimeLayout.time64(model) : TimeLayout.old(model);
    Timespec slice = Timespec.ofNanos(takesTurns ? RR_INTERVAL_NANOS : 0);
    task.memory().user().write(address, layout.bytes(slice));
    return 0;
  }

  private static long schedYield(Task task) {
    task.giveWay();
    return 0;
  }

  private static long schedSetattr(Task task, int pid, long address, int flags) throws Errno {
    if (address == 0 || pid < 0 || flags != 0) {
      throw Errno.EINVAL;
    }
    StructReader r = readAttributes(task, address);
    int policy = r.skip(Integer.BYTES).s32();
    long attributeFlags = r.u64();
    int nice = Scheduling.clampNice(r.s32());
    int priority = r.s32();
    Reservation reservation = new Reservation(r.u64(), r.u64(), r.u64());
    if (policy < 0) {
      throw Errno.EINVAL;
    }
    Task target = TaskSelection.one(task, pid);
    if ((attributeFlags & ~FLAGS_KNOWN) != 0) {
      throw Errno.EINVAL;
    }
    SchedulingAttributes old = target.scheduling();
    if ((attributeFlags & FLAG_KEEP_PARAMS) != 0) {
      nice = old.nice();
      priority = old.priority();
      reservation = old.reservation();
    }
    if ((attributeFlags & FLAG_UTIL_CLAMP) != 0) {
      throw Errno.EOPNOTSUPP;
    }
    Scheduling.set(
        task,
        target,
        new Scheduling.Request(
            (attributeFlags & FLAG_KEEP_POLICY) != 0 ? KEEP_POLICY : policy,
            priority,
            nice,
            reservation,
            (attributeFlags & FLAG_RESET_ON_FORK) != 0));
    return 0;
  }

  /// A structure that says its own size: older and shorter ones are taken as if zeros followed,
  /// newer and longer ones if zeros do follow.
  private static StructReader readAttributes(Task task, long address) throws Errno {
    UserMemory user = task.memory().user();
    int size = user.getInt(address);
    if (size == 0) {
      size = ATTRIBUTES_VERSION_0;
    }
    if (size < ATTRIBUTES_VERSION_0 || size > ATTRIBUTES_MAX) {
      user.putInt(address, ATTRIBUTES);
      throw Errno.E2BIG;
    }
    byte[] bytes = new byte[Math.max(size, ATTRIBUTES)];
    user.read(address, bytes, 0, size);
    for (int i = ATTRIBUTES; i < size; i++) {
      if (bytes[i] != 0) {
        user.putInt(address, ATTRIBUTES);
        throw Errno.E2BIG;
      }
    }
    StructReader r = new StructReader(user.model(), bytes);
    boolean clamps = (new StructReader(user.model(), bytes).skip(8).u64() & FLAG_UTIL_CLAMP) != 0;
    if (clamps && size < ATTRIBUTES) {
      throw Errno.EINVAL;
    }
    return r;
  }

  private static long schedGetattr(Task task, int pid, long address, int size, int flags)
      throws Errno {
    if (address == 0
        || pid < 0
        || size < ATTRIBUTES_VERSION_0
        || size > ATTRIBUTES_MAX
        || flags != 0) {
      throw Errno.EINVAL;
    }
    SchedulingAttributes scheduling = TaskSelection.one(task, pid).scheduling();
    int written = Math.min(size, ATTRIBUTES);
    Reservation reservation = scheduling.reservation();
    StructWriter w =
        new StructWriter(task.memory().user().model())
            .u32(written)
            .u32(scheduling.policy())
            .u64(scheduling.resetOnFork() ? FLAG_RESET_ON_FORK : 0)
            .u32(scheduling.isTimely() ? 0 : scheduling.nice())
            .u32(scheduling.priority())
            .u64(reservation.runtime())
            .u64(reservation.deadline())
            .u64(reservation.period())
            .u64(0);
    task.memory().user().write(address, w.toBytes(), 0, written);
    return 0;
  }

  private static long schedGetaffinity(Task task, int pid, long size, long mask) throws Errno {
    int word = task.memory().user().model().wordBytes();
    if (size == 0 || size % word != 0) {
      throw Errno.EINVAL;
    }
    TaskSelection.one(task, pid);
    task.memory().user().putWord(mask, 1);
    return word;
  }

  private static long schedSetaffinity(Task task, int pid, long size, long mask) throws Errno {
    int word = task.memory().user().model().wordBytes();
    byte[] bytes = new byte[word];
    task.memory().user().read(mask, bytes, 0, (int) Math.min(word, size));
    Task target = TaskSelection.one(task, pid);
    if (target.isKernelThread()) {
      throw Errno.EINVAL;
    }
    if (!Scheduling.isOwnerOrPrivileged(task, target)) {
      throw Errno.EPERM;
    }
    long wanted = new StructReader(task.memory().user().model(), bytes).word();
    if ((wanted & 1) == 0) {
      throw Errno.EINVAL;
    }
    return 0;
  }

  private static long getcpu(Task task, long cpu, long node, long unused) throws Errno {
    UserMemory user = task.memory().user();
    if (cpu != 0) {
      user.putInt(cpu, 0);
    }
    if (node != 0) {
      user.putInt(node, 0);
    }
    return 0;
  }
}
