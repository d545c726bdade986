package dev.forklift.kernel.abi;

/// Flags of clone(2), 64 bits wide as clone3 has them (linux/sched.h).
public final class CloneFlags {
  /// Signal mask to be sent at exit (legacy clone only).
  public static final long CSIGNAL = 0xffL;

  /// New time namespace (clone3, unshare).
  public static final long CLONE_NEWTIME = 0x80L;

  /// Share memory.
  public static final long CLONE_VM = 0x100L;

  /// Share root, current folder, umask.
  public static final long CLONE_FS = 0x200L;

  /// Share the descriptor table.
  public static final long CLONE_FILES = 0x400L;

  /// Share signal handlers.
  public static final long CLONE_SIGHAND = 0x800L;

  /// Place a pidfd in the parent.
  public static final long CLONE_PIDFD = 0x1000L;

  /// Let tracing continue on the child.
  public static final long CLONE_PTRACE = 0x2000L;

  /// Sleep until the child gives up its memory.
  public static final long CLONE_VFORK = 0x4000L;

  /// Same parent as the caller.
  public static final long CLONE_PARENT = 0x8000L;

  /// Same thread group.
  public static final long CLONE_THREAD = 0x10000L;

  /// New mount namespace.
  public static final long CLONE_NEWNS = 0x20000L;

  /// Share SEM_UNDO.
  public static final long CLONE_SYSVSEM = 0x40000L;

  /// Set the TLS pointer.
  public static final long CLONE_SETTLS = 0x80000L;

  /// Store the tid in the parent.
  public static final long CLONE_PARENT_SETTID = 0x100000L;

  /// Clear the tid in the child at exit.
  public static final long CLONE_CHILD_CLEARTID = 0x200000L;

  /// Unused, ignored.
  public static final long CLONE_DETACHED = 0x400000L;

  /// A tracer cannot force CLONE_PTRACE.
  public static final long CLONE_UNTRACED = 0x800000L;

  /// Store the tid in the child.
  public static final long CLONE_CHILD_SETTID = 0x1000000L;

  /// New cgroup namespace.
  public static final long CLONE_NEWCGROUP = 0x2000000L;

  /// New uts namespace.
  public static final long CLONE_NEWUTS = 0x4000000L;

  /// New ipc namespace.
  public static final long CLONE_NEWIPC = 0x8000000L;

  /// New user namespace.
  public static final long CLONE_NEWUSER = 0x10000000L;

  /// New pid namespace.
  public static final long CLONE_NEWPID = 0x20000000L;

  /// New network namespace.
  public static final long CLONE_NEWNET = 0x40000000L;

  /// Share the io context.
  public static final long CLONE_IO = 0x80000000L;

  /// Reset handlers to default (clone3).
  public static final long CLONE_CLEAR_SIGHAND = 0x100000000L;

  /// Start in a given cgroup (clone3).
  public static final long CLONE_INTO_CGROUP = 0x200000000L;

  private CloneFlags() {}
}
