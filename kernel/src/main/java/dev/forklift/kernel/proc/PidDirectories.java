package dev.forklift.kernel.proc;

import dev.forklift.kernel.process.Pid;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;

/// One folder for each id, as long as anybody looks into it.
final class PidDirectories {
  private final Map<Pid, WeakReference<ProcInode>> known = new WeakHashMap<>();
  private final Function<Pid, ProcInode> make;

  PidDirectories(Function<Pid, ProcInode> make) {
    this.make = make;
  }

  ProcInode of(Pid pid) {
    WeakReference<ProcInode> reference = known.get(pid);
    ProcInode directory = reference == null ? null : reference.get();
    if (directory == null) {
      directory = make.apply(pid);
      known.put(pid, new WeakReference<>(directory));
    }
    directory.refresh();
    return directory;
  }

  /// The number that a name stands for, or -1.
  static int number(String name) {
    if (name.isEmpty() || name.length() > 9 || (name.length() > 1 && name.charAt(0) == '0')) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < name.length(); i++) {
      int digit = name.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = 10 * number + digit;
    }
    return number;
  }
}
