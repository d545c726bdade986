package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.process.ObjectOrder;
import dev.forklift.kernel.process.PtraceAccess;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskSelection;

/// kcmp(2): whether two tasks share something.
final class KcmpCall {
  private static final int KCMP_FILE = 0;
  private static final int KCMP_VM = 1;
  private static final int KCMP_FILES = 2;
  private static final int KCMP_FS = 3;
  private static final int KCMP_SIGHAND = 4;
  private static final int KCMP_IO = 5;
  private static final int KCMP_SYSVSEM = 6;
  private static final int KCMP_EPOLL_TFD = 7;
  private static final int EPOLL_SLOT_BYTES = 12;

  private KcmpCall() {}

  static void rows(SyscallTable table) {
    table
        .sys(272, "kcmp", INT, INT, INT, SIZE, SIZE, KcmpCall::kcmp)
        .partial(272, "not KCMP_EPOLL_TFD");
  }

  private static long kcmp(Task task, int pid1, int pid2, int type, long index1, long index2)
      throws Errno {
    Task one = TaskSelection.find(task, pid1);
    Task other = TaskSelection.find(task, pid2);
    if (one == null || other == null) {
      throw Errno.ESRCH;
    }
    if (!PtraceAccess.byRealIds(task, one) || !PtraceAccess.byRealIds(task, other)) {
      throw Errno.EPERM;
    }
    ObjectOrder order = task.kernel().objectOrder();
    return switch (type) {
      case KCMP_FILE -> order.compare(file(one, index1), file(other, index2));
      case KCMP_VM -> order.compare(one.mm(), other.mm());
      case KCMP_FILES -> order.compare(one.files(), other.files());
      case KCMP_FS -> order.compare(one.fs(), other.fs());
      case KCMP_SIGHAND -> order.compare(one.handlers(), other.handlers());
      case KCMP_IO -> order.compare(one.settings().ioContext(), other.settings().ioContext());
      case KCMP_SYSVSEM -> order.compare(one.semUndoIfAny(), other.semUndoIfAny());
      case KCMP_EPOLL_TFD -> {
        byte[] slot = new byte[EPOLL_SLOT_BYTES];
        task.memory().user().read(index2, slot);
        var _ = file(one, index1);
        throw Errno.EINVAL;
      }
      default -> throw Errno.EINVAL;
    };
  }

  private static Object file(Task task, long fd) throws Errno {
    if (fd < 0 || fd > Integer.MAX_VALUE) {
      throw Errno.EBADF;
    }
    return task.files().getAny((int) fd);
  }
}
