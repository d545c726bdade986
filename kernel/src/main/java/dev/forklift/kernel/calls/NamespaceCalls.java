package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.process.NamespaceFile;
import dev.forklift.kernel.process.PidFd;
import dev.forklift.kernel.process.SetNamespace;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.Unshare;
import dev.forklift.kernel.vfs.OpenFile;

/// Leaving namespaces for new ones, and entering those of others.
final class NamespaceCalls {
  private static final long UNSIGNED = 0xffff_ffffL;

  private NamespaceCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(97, "unshare", FLAGS, NamespaceCalls::unshare)
        .sys(268, "setns", FD, FLAGS, NamespaceCalls::setns);
  }

  private static long unshare(Task task, int flags) throws Errno {
    Unshare.unshare(task, flags & UNSIGNED);
    return 0;
  }

  private static long setns(Task task, int fd, int kinds) throws Errno {
    OpenFile file = task.files().get(fd);
    if (file instanceof NamespaceFile opened) {
      SetNamespace.enter(task, opened.namespace(), kinds & UNSIGNED);
    } else if (file instanceof PidFd process) {
      SetNamespace.enterAll(task, process.pid(), kinds & UNSIGNED);
    } else {
      throw Errno.EINVAL;
    }
    return 0;
  }
}
