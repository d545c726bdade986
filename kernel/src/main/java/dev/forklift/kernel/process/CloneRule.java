package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import java.util.List;

/// The rules by which clone and clone3 are refused, in the order in which Linux 6.12 looks at them:
/// the first one that is broken decides the error.
///
/// Data for whoever explains a refusal; the conditions themselves stand where the call is made:
/// those of clone3's structure where it is taken apart, all others in [CloneChecks] and
/// [KernelClone].
public enum CloneRule {
  // spotless:off
  SIZE_OVER_PAGE("2", Errno.E2BIG, "struct clone_args is larger than a page"),
  SIZE_UNDER_VER0("3", Errno.EINVAL, "struct clone_args is smaller than its first version, 64 bytes"),
  ARGS_UNREADABLE("4", Errno.EFAULT, "struct clone_args cannot be read"),
  UNKNOWN_TAIL("4", Errno.E2BIG, "struct clone_args has something but zeros behind the fields known, of which there are 88 bytes"),
  SET_TID_TOO_LONG("5", Errno.EINVAL, "set_tid has more than 32 elements, one for each possible pid namespace"),
  SET_TID_HALF_GIVEN("6", Errno.EINVAL, "set_tid and set_tid_size must both be given or both be zero"),
  EXIT_SIGNAL_INVALID("7", Errno.EINVAL, "exit_signal is no signal"),
  CGROUP_FIELD_INVALID("8", Errno.EINVAL, "CLONE_INTO_CGROUP needs a descriptor in the field cgroup"),
  SET_TID_UNREADABLE("9", Errno.EFAULT, "the array set_tid cannot be read"),
  UNKNOWN_FLAG("10", Errno.EINVAL, "a flag is not known"),
  FLAG_NOT_FOR_CLONE3("11", Errno.EINVAL, "clone3 takes neither CLONE_DETACHED nor an exit signal in its flags"),
  CLEAR_SHARED_HANDLERS("12", Errno.EINVAL, "CLONE_CLEAR_SIGHAND would clear the handlers that CLONE_SIGHAND shares"),
  EXIT_SIGNAL_WITHOUT_PARENT("13", Errno.EINVAL, "with CLONE_THREAD or CLONE_PARENT the exit signal is not the caller's to choose"),
  STACK_INVALID("14", Errno.EINVAL, "stack and stack_size must both be given, within the address space, or both be zero"),
  PIDFD_OVER_PARENT_TID("15", Errno.EINVAL, "CLONE_PIDFD and CLONE_PARENT_SETTID would store to the same address; legacy clone has but one argument for both"),
  MOUNTS_OF_SHARED_FS("16", Errno.EINVAL, "CLONE_NEWNS gives other mounts, in which a root shared by CLONE_FS cannot be"),
  USER_NAMESPACE_OF_SHARED_FS("16", Errno.EINVAL, "CLONE_NEWUSER gives the right to chroot, which must not reach a root shared by CLONE_FS"),
  USER_NAMESPACES_NOT_FOR_ALL("17", Errno.EPERM, "CLONE_NEWUSER without CAP_SYS_ADMIN where kernel.unprivileged_userns_clone is 0 (Debian)"),
  THREAD_WITHOUT_SIGHAND("18", Errno.EINVAL, "CLONE_THREAD needs CLONE_SIGHAND: threads of a process share its signal handlers"),
  SIGHAND_WITHOUT_VM("18", Errno.EINVAL, "CLONE_SIGHAND needs CLONE_VM: a handler is an address"),
  SIBLING_OF_INIT("19", Errno.EINVAL, "CLONE_PARENT by the init of a pid namespace: nobody would reap its sibling"),
  THREAD_IN_OTHER_NAMESPACE("20", Errno.EINVAL, "CLONE_THREAD with CLONE_NEWUSER or CLONE_NEWPID, or after unshare(CLONE_NEWPID): all threads of a process are in one pid and user namespace"),
  PIDFD_OF_DETACHED("21", Errno.EINVAL, "CLONE_PIDFD with CLONE_DETACHED"),
  SIGNAL_FIRST("22", Errno.ERESTARTNOINTR, "a signal is to be handled first; the call is then made again"),
  USER_NAMESPACE_LIMIT("23", Errno.ENOSPC, "user namespaces are nested 33 deep, or a user has as many as user.max_user_namespaces allows"),
  USER_NAMESPACE_NOT_PERMITTED("23", Errno.EPERM, "CLONE_NEWUSER by a caller in a chroot, or whose effective ids its user namespace does not map"),
  USER_TASK_LIMIT("24", Errno.EAGAIN, "the user has as many tasks as RLIMIT_NPROC allows"),
  TASK_LIMIT("25", Errno.EAGAIN, "there are as many tasks as the machine allows (kernel.threads-max)"),
  DEADLINE_NOT_INHERITED("25", Errno.EAGAIN, "a task under SCHED_DEADLINE makes no others, unless the policy is reset in them"),
  FS_IN_EXEC("26", Errno.EAGAIN, "CLONE_FS while another thread that shares root and folder executes a program"),
  NAMESPACE_NOT_PERMITTED("27", Errno.EPERM, "a new namespace needs CAP_SYS_ADMIN in the child's user namespace"),
  IPC_NAMESPACE_OF_SHARED_UNDO("28", Errno.EINVAL, "CLONE_NEWIPC gives other semaphores, whose undo list CLONE_SYSVSEM would share"),
  NAMESPACE_LIMIT("27b", Errno.ENOSPC, "the user has as many namespaces of a kind as /proc/sys/user allows, here or further up"),
  PID_NAMESPACE_PENDING("29", Errno.EINVAL, "CLONE_NEWPID while children go to another pid namespace than the caller's own"),
  PID_NAMESPACE_OF_OTHERS("29", Errno.EINVAL, "CLONE_NEWPID from a user namespace that is not below that of the pid namespace"),
  PID_NAMESPACE_TOO_DEEP("29", Errno.ENOSPC, "pid namespaces are nested 32 deep at most"),
  NO_TIME_NAMESPACES("27c", Errno.EINVAL, "CLONE_NEWTIME on an architecture that has no time namespaces"),
  SET_TID_TOO_DEEP("30", Errno.EINVAL, "set_tid has more elements than the child is in pid namespaces"),
  TID_INVALID("31", Errno.EINVAL, "an element of set_tid is not from 1 to pid_max - 1, or not 1 in a namespace without an init"),
  TID_NOT_PERMITTED("32", Errno.EPERM, "set_tid needs CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN where the pid namespace belongs to"),
  TID_IN_USE("33", Errno.EEXIST, "an element of set_tid is in use"),
  NO_TID_FREE("33", Errno.EAGAIN, "all tids of a pid namespace are in use"),
  PID_NAMESPACE_DEAD("37", Errno.ENOMEM, "the init of the pid namespace has ended, or never came to be"),
  NO_DESCRIPTOR_FREE("34", Errno.EMFILE, "CLONE_PIDFD, and the process has as many descriptors as RLIMIT_NOFILE allows"),
  PIDFD_UNWRITABLE("34", Errno.EFAULT, "CLONE_PIDFD, and the descriptor cannot be stored where it is wanted"),
  CGROUP_INVALID("35", Errno.EBADF, "CLONE_INTO_CGROUP with a descriptor that is not of a cgroup"),
  CGROUP_REMOVED("35", Errno.ENOENT, "CLONE_INTO_CGROUP with a cgroup that has been removed"),
  CGROUP_NOT_WRITABLE("35", Errno.EACCES, "CLONE_INTO_CGROUP without the right to write to the cgroup.procs of that cgroup and of the nearest one above it and the caller's"),
  CGROUP_OUT_OF_SIGHT("35", Errno.ENOENT, "CLONE_INTO_CGROUP with a cgroup outside the caller's cgroup namespace"),
  CGROUP_TYPE_MISMATCH("35", Errno.EOPNOTSUPP, "CLONE_INTO_CGROUP with a cgroup that can have no tasks, or a thread into another threaded subtree than the caller's"),
  CGROUP_SHARES_OUT("35", Errno.EBUSY, "CLONE_INTO_CGROUP with a cgroup that shares resources out among those below it"),
  CGROUP_TASK_LIMIT("36", Errno.EAGAIN, "a cgroup has as many tasks as its pids.max allows"),
  KILLED("38", Errno.EINTR, "the caller is being killed");
  // spotless:on

  private final String row;

  // An errno is a throwable without a stack: nothing in it ever changes.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Errno errno;

  private final String reason;

  CloneRule(String row, Errno errno, String reason) {
    this.row = row;
    this.errno = errno;
    this.reason = reason;
  }

  /// The rule of row 35 that is broken.
  ///
  /// @param why what the control groups answer; ENODEV stands for one that has been removed, which
  ///   clone3 does not tell from one out of sight
  static CloneRule ofCgroup(Errno why) {
    for (CloneRule rule :
        List.of(
            CGROUP_NOT_WRITABLE, CGROUP_OUT_OF_SIGHT, CGROUP_TYPE_MISMATCH, CGROUP_SHARES_OUT)) {
      if (rule.errno == why) {
        return rule;
      }
    }
    return why == Errno.ENODEV ? CGROUP_REMOVED : CGROUP_INVALID;
  }

  /// Its row in docs/process-creation.md.
  public String row() {
    return row;
  }

  /// What whoever breaks it is answered.
  public Errno errno() {
    return errno;
  }

  /// The rule in a sentence.
  public String reason() {
    return reason;
  }
}
