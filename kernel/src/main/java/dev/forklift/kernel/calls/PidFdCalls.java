package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.process.PidFd;
import dev.forklift.kernel.process.PtraceAccess;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;

/// What is done to processes through their descriptors.
final class PidFdCalls {
  private PidFdCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(438, "pidfd_getfd", FD, FD, FLAGS, PidFdCalls::getFd)
        .sys(448, "process_mrelease", FD, FLAGS, PidFdCalls::releaseMemory);
  }

  /// pidfd_getfd(2): another descriptor of a file that another process has open.
  private static long getFd(Task task, int pidFd, int fd, int flags) throws Errno {
    Paths.checkFlags(flags, 0);
    Task target = PidFd.of(task.files().get(pidFd)).pid().task();
    if (target == null) {
      throw Errno.ESRCH;
    }
    if (!PtraceAccess.byRealIds(task, target)) {
      throw Errno.EPERM;
    }
    if (target.isExiting()) {
      throw Errno.ESRCH;
    }
    OpenFile file = target.files().getOrNull(fd);
    if (file == null) {
      throw Errno.EBADF;
    }
    return Paths.install(task, file.retain(), true);
  }

  /// process_mrelease(2): the memory of a process that is being killed is given back when its tasks
  /// end, which is at once.
  private static long releaseMemory(Task task, int pidFd, int flags) throws Errno {
    Paths.checkFlags(flags, 0);
    Task target = PidFd.of(task.files().get(pidFd)).pid().task();
    if (target == null || target.mm() == null) {
      throw Errno.ESRCH;
    }
    if (!target.group().isExiting()) {
      throw Errno.EINVAL;
    }
    return 0;
  }
}
