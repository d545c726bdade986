package dev.forklift.kernel.calls;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Task;
import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Keeps the JVM alive when guests make it hold more than its heap has room for.
///
/// Pages of guests are counted one by one. What the kernel itself keeps for them (descriptors,
/// pipes, names, mappings, locks) is not; when that fills the heap, calls that would take more are
/// refused until enough has been given back.
final class HostHeap {
  /// Calls after which the kernel may hold more than before.
  private static final Set<String> TAKING =
      Set.of(
          "accept",
          "accept4",
          "bind",
          "clone",
          "clone3",
          "connect",
          "dup",
          "dup3",
          "epoll_create1",
          "epoll_ctl",
          "eventfd2",
          "fcntl64",
          "flock",
          "fsetxattr",
          "inotify_add_watch",
          "inotify_init1",
          "linkat",
          "lsetxattr",
          "madvise",
          "memfd_create",
          "mkdirat",
          "mknodat",
          "mlock",
          "mlock2",
          "mmap",
          "mmap2",
          "mount",
          "mprotect",
          "mremap",
          "openat",
          "openat2",
          "pidfd_open",
          "pipe2",
          "rt_sigqueueinfo",
          "rt_tgsigqueueinfo",
          "setxattr",
          "setxattrat",
          "signalfd4",
          "socket",
          "socketpair",
          "symlinkat",
          "timer_create",
          "timerfd_create");

  /// Calls that fill what is there already: the last ones to be refused, because a program that
  /// gives up says so with them.
  private static final Set<String> FILLING =
      Set.of(
          "sendfile64",
          "sendmmsg",
          "sendmsg",
          "sendto",
          "splice",
          "tee",
          "vmsplice",
          "write",
          "writev");

  /// Below this part of the heap nothing needs to be asked.
  private static final double CAREFREE = 0.7;

  /// More than this part may not be held after a collection.
  private static final double FULL = 0.8;

  /// With more than this part nothing is taken any more.
  private static final double BRIMFUL = 0.9;

  /// A heap that was full is collected anew at most this often.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Runtime runtime = Runtime.getRuntime();
  private long collectedAt = System.nanoTime() - PAUSE_NANOS;
  private long judgedCollections = -1;
  private long endedThen;
  private long left;

  /// Says whether a call has to be refused for want of memory.
  boolean refuses(Task task, String call) {
    long used = runtime.totalMemory() - runtime.freeMemory();
    if (used < CAREFREE * runtime.maxMemory()) {
      return false;
    }
    Kernel kernel = task.kernel();
    return (TAKING.contains(call) && holdsMoreThan(FULL, kernel))
        || (FILLING.contains(call) && holdsMoreThan(BRIMFUL, kernel));
  }

  private boolean holdsMoreThan(double part, Kernel kernel) {
    double most = part * runtime.maxMemory();
    judge();
    if (left > most && mayHaveLess(kernel)) {
      System.gc();
      collectedAt = System.nanoTime();
      endedThen = ended(kernel);
      judge();
    }
    return left > most;
  }

  /// Says whether what was left may be held no more, as when a process has ended.
  private boolean mayHaveLess(Kernel kernel) {
    return ended(kernel) != endedThen || System.nanoTime() - collectedAt > PAUSE_NANOS;
  }

  private static long ended(Kernel kernel) {
    return kernel.forks() - kernel.taskCount();
  }

  /// Looks at what was left after the last collection.
  private void judge() {
    long collections = 0;
    long latest = -1;
    long held = 0;
    for (var bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      collections += bean.getCollectionCount();
      GcInfo info = bean instanceof GarbageCollectorMXBean known ? known.getLastGcInfo() : null;
      if (info != null && info.getEndTime() > latest) {
        latest = info.getEndTime();
        held =
            info.getMemoryUsageAfterGc().entrySet().stream()
                .filter(pool -> isOfHeap(pool.getKey()))
                .mapToLong(pool -> pool.getValue().getUsed())
                .sum();
      }
    }
    if (collections != judgedCollections) {
      judgedCollections = collections;
      left = held;
    }
  }

  private static boolean isOfHeap(String pool) {
    return !pool.contains("Metaspace") && !pool.contains("Code") && !pool.contains("Class");
  }
}
