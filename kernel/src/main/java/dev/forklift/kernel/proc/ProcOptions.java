package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.IdMap;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.process.PtraceAccess;
import dev.forklift.kernel.process.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What mount(2) is told about a /proc (proc(5)): who sees which processes, and whether there is
/// anything beside them.
///
/// @param group whose members see all of them
/// @param processesOnly whether only processes are shown (subset=pid)
record ProcOptions(int group, Hiding hiding, boolean processesOnly) {
  static final ProcOptions NONE = new ProcOptions(0, Hiding.OFF, false);

  /// What of other people's processes is hidden (hidepid=).
  enum Hiding {
    OFF(0),
    /// What is in their folders.
    NOACCESS(1),
    /// The folders, too.
    INVISIBLE(2),
    /// The folders, from all who may not trace the process.
    PTRACEABLE(4);

    private final int number;

    Hiding(int number) {
      this.number = number;
    }

    private static @Nullable Hiding of(String value) {
      for (Hiding each : values()) {
        if (value.equals(each.text()) || value.equals(Integer.toString(each.number))) {
          return each;
        }
      }
      return null;
    }

    private String text() {
      return switch (this) {
        case OFF -> "off";
        case NOACCESS -> "noaccess";
        case INVISIBLE -> "invisible";
        case PTRACEABLE -> "ptraceable";
      };
    }
  }

  /// These, changed by others.
  ///
  /// @param text options separated by commas
  /// @param names by which a group is called
  /// @throws Errno EINVAL for an unknown option or a value that is none
  ProcOptions changedBy(String text, UserNamespace names) throws Errno {
    ProcOptions changed = this;
    for (String option : text.isEmpty() ? List.<String>of() : List.of(text.split(",", -1))) {
      int equals = option.indexOf('=');
      changed =
          equals < 0
              ? changed.with(option, null, names)
              : changed.with(option.substring(0, equals), option.substring(equals + 1), names);
    }
    return changed;
  }

  private ProcOptions with(String name, @Nullable String value, UserNamespace names) throws Errno {
    if (value != null) {
      switch (name) {
        case "gid" -> {
          return new ProcOptions(group(value, names), hiding, processesOnly);
        }
        case "hidepid" -> {
          Hiding wanted = Hiding.of(value);
          if (wanted != null) {
            return new ProcOptions(group, wanted, processesOnly);
          }
        }
        case "subset" -> {
          if (value.equals("pid")) {
            return new ProcOptions(group, hiding, true);
          }
        }
        default -> {}
      }
    }
    throw Errno.EINVAL;
  }

  private static int group(String value, UserNamespace names) throws Errno {
    int kid;
    try {
      kid = names.kgid(Integer.parseUnsignedInt(value));
    } catch (NumberFormatException e) {
      throw Errno.EINVAL;
    }
    if (kid == IdMap.NONE) {
      throw Errno.EINVAL;
    }
    return kid;
  }

  /// As /proc/mounts shows them: only what differs from the default.
  String shown() {
    return (group == 0 ? "" : ",gid=" + Integer.toUnsignedString(group))
        + (hiding == Hiding.OFF ? "" : ",hidepid=" + hiding.text())
        + (processesOnly ? ",subset=pid" : "");
  }

  /// Says whether somebody finds the folder of a task.
  boolean shows(Task task, Task viewer) {
    return isAllowed(task, viewer, Hiding.INVISIBLE);
  }

  /// Says whether somebody may look into the folder of a task.
  boolean opens(Task task, Task viewer) {
    return isAllowed(task, viewer, Hiding.NOACCESS);
  }

  private boolean isAllowed(Task task, Task viewer, Hiding from) {
    if (hiding == Hiding.PTRACEABLE) {
      return PtraceAccess.byFileSystemIds(viewer, task);
    }
    return hiding.compareTo(from) < 0
        || viewer.credentials().inGroup(group)
        || PtraceAccess.byFileSystemIds(viewer, task);
  }
}
