package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.process.SchedulingAttributes.Reservation;

/// Who may give which task which policy and nice value (sched(7), sched_setscheduler(2),
/// setpriority(2)).
public final class Scheduling {
  public static final int MIN_NICE = -20;
  public static final int MAX_NICE = 19;
  public static final int MAX_PRIORITY = 99;

  private static final long MIN_RUNTIME = 1024;
  private static final long MIN_PERIOD = 100_000;
  private static final long MAX_PERIOD = (1L << 22) * 1000;

  /// All reservations together may take 95 percent of the processor; in units of 2^-20.
  private static final long AVAILABLE = (950_000_000L << 20) / 1_000_000_000L;

  /// What is asked for.
  ///
  /// @param policy -1 for the one it has
  public record Request(
      int policy, int priority, int nice, Reservation reservation, boolean resetOnFork) {}

  private Scheduling() {}

  /// Changes policy and priority.
  ///
  /// @throws Errno EINVAL for what does not fit together, EPERM for what the caller may not do,
  ///   EBUSY if too much of the processor is reserved
  public static void set(Task caller, Task target, Request request) throws Errno {
    SchedulingAttributes old = target.scheduling();
    boolean keeps = request.policy() == -1;
    int policy = keeps ? old.policy() : request.policy();
    boolean reset = keeps ? old.resetOnFork() : request.resetOnFork();
    if (!isPolicy(policy) || Integer.compareUnsigned(request.priority(), MAX_PRIORITY) > 0) {
      throw Errno.EINVAL;
    }
    Reservation reservation = Reservation.NONE;
    if (policy == SchedulingAttributes.SCHED_DEADLINE) {
      reservation = checked(request.reservation());
    }
    if (isRealTime(policy) != (request.priority() != 0)) {
      throw Errno.EINVAL;
    }
    if (!caller.credentials().has(Capability.SYS_NICE)
        && needsPrivilege(caller, target, request, policy, reset)) {
      throw Errno.EPERM;
    }
    if (policy == SchedulingAttributes.SCHED_DEADLINE) {
      admit(target, reservation);
    }
    if (isFair(policy)) {
      old.setNice(request.nice());
    }
    old.set(policy, request.priority(), reservation, reset);
  }

  /// Sets a nice value that is in its range.
  ///
  /// @throws Errno EPERM for somebody else's task, EACCES for a more favoured value than allowed
  public static void setNice(Task caller, Task target, int nice) throws Errno {
    Credentials who = caller.credentials();
    Credentials whose = target.credentials();
    if (who.euid() != whose.uid()
        && who.euid() != whose.euid()
        && !who.hasIn(whose.userNamespace(), Capability.SYS_NICE)) {
      throw Errno.EPERM;
    }
    // To be favoured more than others takes a privilege over the whole machine.
    boolean privileged = who.has(Capability.SYS_NICE);
    if (nice < target.scheduling().nice() && !privileged && !mayBeNice(target, nice)) {
      throw Errno.EACCES;
    }
    target.scheduling().setNice(nice);
  }

  /// Says whether the target is the caller's own (its effective user is the target's effective or
  /// real one), or the caller may change anybody's scheduling.
  public static boolean isOwnerOrPrivileged(Task caller, Task target) {
    return isOwner(caller, target)
        || caller.credentials().hasIn(target.credentials().userNamespace(), Capability.SYS_NICE);
  }

  /// Limits what can be asked for to what there is.
  public static int clampNice(int nice) {
    return Math.clamp(nice, MIN_NICE, MAX_NICE);
  }

  public static boolean isPolicy(int policy) {
    return isFair(policy)
        || isRealTime(policy)
        || policy == SchedulingAttributes.SCHED_IDLE
        || policy == SchedulingAttributes.SCHED_DEADLINE;
  }

  public static boolean isRealTime(int policy) {
    return policy == SchedulingAttributes.SCHED_FIFO || policy == SchedulingAttributes.SCHED_RR;
  }

  private static boolean isFair(int policy) {
    return policy == SchedulingAttributes.SCHED_NORMAL
        || policy == SchedulingAttributes.SCHED_BATCH;
  }

  private static boolean needsPrivilege(
      Task caller, Task target, Request request, int policy, boolean reset) {
    SchedulingAttributes old = target.scheduling();
    if (isFair(policy) && request.nice() < old.nice() && !mayBeNice(target, request.nice())) {
      return true;
    }
    if (isRealTime(policy)) {
      long limit = target.group().limits().soft(ResourceLimits.RLIMIT_RTPRIO);
      boolean becomes = policy != old.policy() && limit == 0;
      boolean rises = request.priority() > old.priority() && request.priority() > limit;
      if (becomes || rises) {
        return true;
      }
    }
    if (policy == SchedulingAttributes.SCHED_DEADLINE) {
      return true;
    }
    // SCHED_IDLE counts as a nice value of 20.
    boolean leavesIdle =
        old.policy() == SchedulingAttributes.SCHED_IDLE
            && policy != SchedulingAttributes.SCHED_IDLE;
    return (leavesIdle && !mayBeNice(target, old.nice()))
        || !isOwner(caller, target)
        || (old.resetOnFork() && !reset);
  }

  private static boolean isOwner(Task caller, Task target) {
    int euid = caller.credentials().euid();
    return euid == target.credentials().euid() || euid == target.credentials().uid();
  }

  private static boolean mayBeNice(Task target, int nice) {
    return 20 - nice <= target.group().limits().soft(ResourceLimits.RLIMIT_NICE);
  }

  private static Reservation checked(Reservation wanted) throws Errno {
    long period = wanted.period() == 0 ? wanted.deadline() : wanted.period();
    boolean ordered =
        wanted.runtime() >= MIN_RUNTIME
            && wanted.deadline() >= wanted.runtime()
            && period >= wanted.deadline();
    if (!ordered || period < MIN_PERIOD || period > MAX_PERIOD) {
      throw Errno.EINVAL;
    }
    return new Reservation(wanted.runtime(), wanted.deadline(), period);
  }

  private static void admit(Task target, Reservation wanted) throws Errno {
    long taken = share(wanted);
    for (Task task : target.kernel().pids().tasks()) {
      if (task != target && !task.isExiting()) {
        taken += share(task.scheduling().reservation());
      }
    }
    if (taken > AVAILABLE) {
      throw Errno.EBUSY;
    }
  }

  private static long share(Reservation reservation) {
    return reservation.period() == 0 ? 0 : (reservation.runtime() << 20) / reservation.period();
  }
}
