package dev.forklift.kernel.fs.inotify;

import dev.forklift.kernel.abi.Errno;
import java.util.HashMap;
import java.util.Map;

/// How much each user may watch (/proc/sys/fs/inotify).
public final class InotifyLimits {
  /// Events that wait to be read, at one instance.
  public static final int QUEUED_EVENTS = 16384;

  /// Instances of one user.
  public static final int USER_INSTANCES = 128;

  /// Watches of one user.
  public static final int USER_WATCHES = 8192;

  private final Map<Integer, Integer> instances = new HashMap<>();
  private final Map<Integer, Integer> watches = new HashMap<>();

  void addInstance(int uid) throws Errno {
    if (instances.getOrDefault(uid, 0) >= USER_INSTANCES) {
      throw Errno.EMFILE;
    }
    instances.merge(uid, 1, Integer::sum);
  }

  void removeInstance(int uid) {
    instances.computeIfPresent(uid, (_, count) -> count == 1 ? null : count - 1);
  }

  void addWatch(int uid) throws Errno {
    if (watches.getOrDefault(uid, 0) >= USER_WATCHES) {
      throw Errno.ENOSPC;
    }
    watches.merge(uid, 1, Integer::sum);
  }

  void removeWatch(int uid) {
    watches.computeIfPresent(uid, (_, count) -> count == 1 ? null : count - 1);
  }
}
