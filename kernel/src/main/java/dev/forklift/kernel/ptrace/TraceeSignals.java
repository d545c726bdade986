package dev.forklift.kernel.ptrace;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.signal.SigInfo;
import java.util.List;

/// A tracee's signals: the one it has stopped for, those that are pending, and its mask.
record TraceeSignals(Task tracer, Task tracee) {
  private static final int PEEK_ARGUMENTS = 16;
  private static final int PEEK_SHARED = 1;
  private static final int MASK_BYTES = 8;

  private UserMemory user() {
    return tracer.memory().user();
  }

  private DataModel model() {
    return tracer.kernel().abi().dataModel();
  }

  /// PTRACE_GETSIGINFO.
  void get(long destination) throws Errno {
    user().write(destination, stopInfo().toBytes(model()));
  }

  /// PTRACE_SETSIGINFO.
  void set(long source) throws Errno {
    byte[] bytes = new byte[SigInfo.SIZE];
    user().read(source, bytes);
    SigInfo given = SigInfo.fromUser(model(), bytes, null);
    var _ = stopInfo();
    tracee.ptrace().setInfo(given);
  }

  /// A stop of the process has none.
  private SigInfo stopInfo() throws Errno {
    SigInfo info = tracee.ptrace().info();
    if (info == null) {
      throw Errno.EINVAL;
    }
    return info;
  }

  /// PTRACE_PEEKSIGINFO.
  ///
  /// @return how many there were
  long peek(long arguments, long destination) throws Errno {
    byte[] bytes = new byte[PEEK_ARGUMENTS];
    user().read(arguments, bytes);
    StructReader r = new StructReader(model(), bytes);
    long offset = r.u64();
    int flags = r.s32();
    int count = r.s32();
    if ((flags & ~PEEK_SHARED) != 0 || count < 0) {
      throw Errno.EINVAL;
    }
    List<SigInfo> pending =
        (flags & PEEK_SHARED) != 0
            ? tracee.group().pending().entries()
            : tracee.pending().entries();
    int done = 0;
    for (long at = offset; done < count && at >= 0 && at < pending.size(); at++) {
      try {
        user()
            .write(
                destination + (long) done * SigInfo.SIZE, pending.get((int) at).toBytes(model()));
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
        break;
      }
      done++;
    }
    return done;
  }

  /// PTRACE_GETSIGMASK.
  void getMask(long size, long destination) throws Errno {
    checkMaskSize(size);
    user().write(destination, new StructWriter(model()).u64(tracee.maskOutsideCall()).toBytes());
  }

  /// PTRACE_SETSIGMASK.
  void setMask(long size, long source) throws Errno {
    checkMaskSize(size);
    byte[] bytes = new byte[MASK_BYTES];
    user().read(source, bytes);
    var _ = tracee.takeSavedBlocked();
    tracee.setBlocked(new StructReader(model(), bytes).u64());
  }

  private static void checkMaskSize(long size) throws Errno {
    if (size != MASK_BYTES) {
      throw Errno.EINVAL;
    }
  }
}
