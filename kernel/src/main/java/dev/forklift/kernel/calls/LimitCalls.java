package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.ResourceUsage;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskSelection;
import dev.forklift.kernel.time.Ticks;

/// What processes may use, and what they have used.
final class LimitCalls {
  private static final int RUSAGE_SELF = 0;
  private static final int RUSAGE_CHILDREN = -1;
  private static final int RUSAGE_THREAD = 1;

  /// Both parts of a limit, with [ResourceLimits#INFINITY] for none.
  private record Limit(long soft, long hard) {}

  private LimitCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(153, "times", ADDR, LimitCalls::times)
        .sys(163, "getrlimit", INT, ADDR, LimitCalls::getrlimit)
        .sys(164, "setrlimit", INT, ADDR, LimitCalls::setrlimit)
        .sys(165, "getrusage", INT, ADDR, LimitCalls::getrusage)
        .sys(261, "prlimit64", INT, INT, ADDR, ADDR, LimitCalls::prlimit)
        .partial(164, "RLIMIT_RTTIME and RLIMIT_RSS are kept, not enforced")
        .partial(165, "only times, the most memory and context switches are counted");
  }

  private static void checkResource(int resource) throws Errno {
    if (resource < 0 || resource >= ResourceLimits.COUNT) {
      throw Errno.EINVAL;
    }
  }

  private static long getrlimit(Task task, int resource, long address) throws Errno {
    checkResource(resource);
    ResourceLimits limits = task.group().limits();
    DataModel model = task.memory().user().model();
    StructWriter w =
        new StructWriter(model)
            .word(toUser(limits.soft(resource)))
            .word(toUser(limits.hard(resource)));
    task.memory().user().write(address, w.toBytes());
    return 0;
  }

  private static long setrlimit(Task task, int resource, long address) throws Errno {
    DataModel model = task.memory().user().model();
    StructReader r = task.memory().user().structure(address, 2 * model.wordBytes());
    Limit wanted = new Limit(fromUser(model, r.word()), fromUser(model, r.word()));
    checkResource(resource);
    set(task, task, resource, wanted);
    return 0;
  }

  private static long prlimit(Task task, int pid, int resource, long wanted, long old)
      throws Errno {
    UserMemory user = task.memory().user();
    Limit limit = null;
    if (wanted != 0) {
      StructReader r = user.structure(wanted, 2 * Long.BYTES);
      limit = new Limit(fromUser(user.model(), r.u64()), fromUser(user.model(), r.u64()));
    }
    Task target = TaskSelection.one(task, pid);
    if (!mayLimit(task, target)) {
      throw Errno.EPERM;
    }
    checkResource(resource);
    ResourceLimits limits = target.group().limits();
    StructWriter before =
        new StructWriter(user.model())
            .u64(toUser(limits.soft(resource)))
            .u64(toUser(limits.hard(resource)));
    if (limit != null) {
      set(task, target, resource, limit);
    }
    if (old != 0) {
      user.write(old, before.toBytes());
    }
    return 0;
  }

  /// Linux keeps limits as `unsigned long`, whose largest value means none. What does not fit into
  /// a word of the guest's means none as well.
  private static long fromUser(DataModel model, long value) {
    boolean none = model.is64Bit() ? value < 0 : value < 0 || value >= 0xffff_ffffL;
    return none ? ResourceLimits.INFINITY : value;
  }

  /// All bits for no limit.
  private static long toUser(long value) {
    return value == ResourceLimits.INFINITY ? -1 : value;
  }

  private static void set(Task task, Task target, int resource, Limit wanted) throws Errno {
    if (wanted.soft() > wanted.hard()) {
      throw Errno.EINVAL;
    }
    if (resource == ResourceLimits.RLIMIT_NOFILE
        && wanted.hard() > task.files().ceiling().value()) {
      throw Errno.EPERM;
    }
    ResourceLimits limits = target.group().limits();
    if (wanted.hard() > limits.hard(resource) && !task.credentials().has(Capability.SYS_RESOURCE)) {
      throw Errno.EPERM;
    }
    limits.set(resource, wanted.soft(), wanted.hard());
    if (resource == ResourceLimits.RLIMIT_CPU) {
      target.group().timers().cpuLimitChanged();
    }
  }

  /// Of somebody else only with the same user and group throughout.
  private static boolean mayLimit(Task task, Task target) {
    Credentials who = task.credentials();
    Credentials whose = target.credentials();
    boolean sameUser =
        who.uid() == whose.uid() && who.uid() == whose.euid() && who.uid() == whose.suid();
    boolean sameGroup =
        who.gid() == whose.gid() && who.gid() == whose.egid() && who.gid() == whose.sgid();
    return task == target
        || (sameUser && sameGroup)
        || who.hasIn(whose.userNamespace(), Capability.SYS_RESOURCE);
  }

  private static long getrusage(Task task, int who, long address) throws Errno {
    ResourceUsage usage =
        switch (who) {
          case RUSAGE_SELF -> ResourceUsage.ofProcess(task.group());
          case RUSAGE_CHILDREN -> ResourceUsage.ofChildren(task.group());
          case RUSAGE_THREAD -> ResourceUsage.ofThread(task);
          default -> throw Errno.EINVAL;
        };
    UserMemory user = task.memory().user();
    user.write(address, usage.toBytes(user.model()));
    return 0;
  }

  private static long times(Task task, long address) throws Errno {
    if (address != 0) {
      ResourceUsage self = ResourceUsage.ofProcess(task.group());
      ResourceUsage children = ResourceUsage.ofChildren(task.group());
      UserMemory user = task.memory().user();
      StructWriter w =
          new StructWriter(user.model())
              .word(Ticks.clockT(self.userNanos()))
              .word(Ticks.clockT(self.systemNanos()))
              .word(Ticks.clockT(children.userNanos()))
              .word(Ticks.clockT(children.systemNanos()));
      user.write(address, w.toBytes());
    }
    return Ticks.sinceSomeTime(task.clock());
  }
}
