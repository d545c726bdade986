package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.process.SignalFile;
import dev.forklift.kernel.process.Task;

/// signalfd4(2).
final class SignalFileCall {
  private static final long UNBLOCKABLE = Signal.bit(Signal.SIGKILL) | Signal.bit(Signal.SIGSTOP);

  private SignalFileCall() {}

  static void rows(SyscallTable table, FileServices services) {
    table.sys(
        74,
        "signalfd4",
        FD,
        ADDR,
        SIZE,
        FLAGS,
        (t, fd, mask, size, flags) -> signalfd(t, services, fd, mask, size, flags));
  }

  private static long signalfd(
      Task task, FileServices services, int fd, long mask, long size, int flags) throws Errno {
    if (size != Long.BYTES) {
      throw Errno.EINVAL;
    }
    long wanted = SignalCalls.readSet(task, mask) & ~UNBLOCKABLE;
    Paths.checkFlags(flags, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK);
    if (fd != -1) {
      if (!(task.files().get(fd) instanceof SignalFile file)) {
        throw Errno.EINVAL;
      }
      file.setMask(wanted);
      return fd;
    }
    SignalFile file =
        SignalFile.open(services.anonymous().path("signalfd"), flags, task.kernel(), wanted);
    return Paths.install(task, file, (flags & OpenFlags.O_CLOEXEC) != 0);
  }
}
