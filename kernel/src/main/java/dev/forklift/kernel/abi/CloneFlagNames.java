package dev.forklift.kernel.abi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The names of clone's flags, without the prefix they share.
public final class CloneFlagNames {
  private static final Map<Long, String> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put(CloneFlags.CLONE_NEWTIME, "NEWTIME");
    NAMES.put(CloneFlags.CLONE_VM, "VM");
    NAMES.put(CloneFlags.CLONE_FS, "FS");
    NAMES.put(CloneFlags.CLONE_FILES, "FILES");
    NAMES.put(CloneFlags.CLONE_SIGHAND, "SIGHAND");
    NAMES.put(CloneFlags.CLONE_PIDFD, "PIDFD");
    NAMES.put(CloneFlags.CLONE_PTRACE, "PTRACE");
    NAMES.put(CloneFlags.CLONE_VFORK, "VFORK");
    NAMES.put(CloneFlags.CLONE_PARENT, "PARENT");
    NAMES.put(CloneFlags.CLONE_THREAD, "THREAD");
    NAMES.put(CloneFlags.CLONE_NEWNS, "NEWNS");
    NAMES.put(CloneFlags.CLONE_SYSVSEM, "SYSVSEM");
    NAMES.put(CloneFlags.CLONE_SETTLS, "SETTLS");
    NAMES.put(CloneFlags.CLONE_PARENT_SETTID, "PARENT_SETTID");
    NAMES.put(CloneFlags.CLONE_CHILD_CLEARTID, "CHILD_CLEARTID");
    NAMES.put(CloneFlags.CLONE_DETACHED, "DETACHED");
    NAMES.put(CloneFlags.CLONE_UNTRACED, "UNTRACED");
    NAMES.put(CloneFlags.CLONE_CHILD_SETTID, "CHILD_SETTID");
    NAMES.put(CloneFlags.CLONE_NEWCGROUP, "NEWCGROUP");
    NAMES.put(CloneFlags.CLONE_NEWUTS, "NEWUTS");
    NAMES.put(CloneFlags.CLONE_NEWIPC, "NEWIPC");
    NAMES.put(CloneFlags.CLONE_NEWUSER, "NEWUSER");
    NAMES.put(CloneFlags.CLONE_NEWPID, "NEWPID");
    NAMES.put(CloneFlags.CLONE_NEWNET, "NEWNET");
    NAMES.put(CloneFlags.CLONE_IO, "IO");
    NAMES.put(CloneFlags.CLONE_CLEAR_SIGHAND, "CLEAR_SIGHAND");
    NAMES.put(CloneFlags.CLONE_INTO_CGROUP, "INTO_CGROUP");
  }

  private CloneFlagNames() {}

  /// The names of the flags that are set, in the order of their bits.
  public static List<String> of(long flags) {
    List<String> names = new ArrayList<>();
    NAMES.forEach((flag, name) -> {
      if ((flags & flag) != 0) {
        names.add(name);
      }
    });
    return names;
  }

  /// The flag of that name, with or without `CLONE_`, in any case; or 0.
  public static long flag(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    String bare = upper.startsWith("CLONE_") ? upper.substring("CLONE_".length()) : upper;
    return NAMES.entrySet().stream()
        .filter(entry -> entry.getValue().equals(bare))
        .mapToLong(Map.Entry::getKey)
        .findFirst()
        .orElse(0);
  }
}
