package dev.forklift.kernel.cred;

/// What is counted for each user in each user namespace (Linux's `enum ucount_type` and `enum
/// rlimit_type`).
public enum Ucount {
  USER_NAMESPACES,
  PID_NAMESPACES,
  UTS_NAMESPACES,
  IPC_NAMESPACES,
  NET_NAMESPACES,
  MNT_NAMESPACES,
  CGROUP_NAMESPACES,
  TIME_NAMESPACES,
  /// For RLIMIT_NPROC.
  TASKS,
  /// Queued signals, for RLIMIT_SIGPENDING.
  SIGNALS,
  /// Bytes of message queues, for RLIMIT_MSGQUEUE.
  QUEUE_BYTES,
  /// Pages of locked memory that belongs to no process, for RLIMIT_MEMLOCK.
  LOCKED_PAGES;

  /// The count of a kind of namespaces.
  static Ucount of(NamespaceKind kind) {
    return switch (kind) {
      case USER -> USER_NAMESPACES;
      case PID -> PID_NAMESPACES;
      case UTS -> UTS_NAMESPACES;
      case IPC -> IPC_NAMESPACES;
      case NET -> NET_NAMESPACES;
      case MNT -> MNT_NAMESPACES;
      case CGROUP -> CGROUP_NAMESPACES;
      case TIME -> TIME_NAMESPACES;
    };
  }

  /// Whether /proc/sys/user limits it, and not a resource limit.
  boolean isOfNamespaces() {
    return compareTo(TASKS) < 0;
  }
}
