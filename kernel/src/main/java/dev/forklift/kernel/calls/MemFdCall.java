package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.process.Task;

/// memfd_create(2).
final class MemFdCall {
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int MFD_NOEXEC_SEAL = 8;
  private static final int MFD_EXEC = 16;
  private static final int MAX_NAME = 249;

  private MemFdCall() {}

  static void rows(SyscallTable table, FileServices files) {
    table
        .sys(279, "memfd_create", Args.PATH, Args.FLAGS, (t, n, f) -> create(t, files, n, f))
        .partial(279, "no huge pages; F_SEAL_WRITE is not refused while it is mapped for writing");
  }

  private static long create(Task task, FileServices files, long name, int flags) throws Errno {
    if ((flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC)) != 0
        || ((flags & MFD_EXEC) != 0 && (flags & MFD_NOEXEC_SEAL) != 0)) {
      throw Errno.EINVAL;
    }
    String text;
    try {
      text = task.memory().user().readString(name, MAX_NAME + 1);
    } catch (Errno e) {
      throw e == Errno.ENAMETOOLONG ? Errno.EINVAL : e;
    }
    return task.files()
        .add(
            files
                .memFds()
                .create(
                    text,
                    task.credentials(),
                    (flags & MFD_ALLOW_SEALING) != 0,
                    (flags & MFD_NOEXEC_SEAL) == 0),
            (flags & MFD_CLOEXEC) != 0,
            task.group().limits().soft(ResourceLimits.RLIMIT_NOFILE));
  }
}
