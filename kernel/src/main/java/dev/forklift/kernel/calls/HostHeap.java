package dev.forklift.kernel.calls;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
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
          "pwrite64",
          "pwritev",
          "pwritev2",
          "rt_sigqueueinfo",
          "rt_tgsigqueueinfo",
          "sendfile64",
          "sendmmsg",
          "sendmsg",
          "sendto",
          "setxattr",
          "setxattrat",
          "signalfd4",
          "socket",
          "socketpair",
          "splice",
          "symlinkat",
          "tee",
          "timer_create",
          "timerfd_create",
          "vmsplice",
          "write",
          "writev");

  /// Below this part of the heap nothing needs to be asked.
  private static final double CAREFREE = 0.7;

  /// More than this part may not be held after a collection.
  private static final double FULL = 0.82;

  /// A heap that was full is collected anew at most this often.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Runtime runtime = Runtime.getRuntime();
  private long collectedAt = Long.MIN_VALUE;
  private long judgedCollections = -1;
  private boolean full;

  /// Says whether a call has to be refused for want of memory.
  boolean refuses(String call) {
    long used = runtime.totalMemory() - runtime.freeMemory();
    if (used < CAREFREE * runtime.maxMemory()) {
      full = false;
      return false;
    }
    return TAKING.contains(call) && isFull();
  }

  private boolean isFull() {
    judge();
    if (full) {
      long now = System.nanoTime();
      if (collectedAt == Long.MIN_VALUE || now - collectedAt > PAUSE_NANOS) {
        // What was given back meanwhile may only look as if it were held.
        System.gc();
        collectedAt = System.nanoTime();
        judge();
      }
    }
    return full;
  }

  /// Looks at what was left after the last collection.
  private void judge() {
    long collections = 0;
    long latest = -1;
    long left = 0;
    for (var bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      collections += bean.getCollectionCount();
      GcInfo info = bean instanceof GarbageCollectorMXBean known ? known.getLastGcInfo() : null;
      if (info != null && info.getEndTime() > latest) {
        latest = info.getEndTime();
        left =
            info.getMemoryUsageAfterGc().entrySet().stream()
                .filter(pool -> isOfHeap(pool.getKey()))
                .mapToLong(pool -> pool.getValue().getUsed())
                .sum();
      }
    }
    if (collections != judgedCollections) {
      judgedCollections = collections;
      full = left > FULL * runtime.maxMemory();
    }
  }

  private static boolean isOfHeap(String pool) {
    return !pool.contains("Metaspace") && !pool.contains("Code") && !pool.contains("Class");
  }
}
