package dev.forklift.kernel.calls;

import static dev.forklift.kernel.abi.CloneFlags.CLONE_CLEAR_SIGHAND;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_DETACHED;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_INTO_CGROUP;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_NEWTIME;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PARENT;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PIDFD;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_SIGHAND;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_THREAD;
import static dev.forklift.kernel.abi.CloneFlags.CSIGNAL;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Takes `struct clone_args` apart (clone3(2)): rows 2 to 14 of the specification, in its order.
final class Clone3 {
  private static final int SIZE_VER0 = 64;
  private static final int SIZE_VER2 = 88;
  private static final int MAX_PID_NS_LEVEL = 32;
  private static final long KNOWN_FLAGS = 0xffff_ffffL | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP;

  private Clone3() {}

  static KernelCloneArgs decode(Task task, long address, long size) throws Errno {
    UserMemory user = task.memory().user();
    long page = 1L << task.kernel().abi().memoryLayout().pageShift();
    if (Long.compareUnsigned(size, page) > 0) {
      throw Errno.E2BIG;
    }
    if (size < SIZE_VER0) {
      throw Errno.EINVAL;
    }
    byte[] bytes = new byte[(int) size];
    user.read(address, bytes);
    for (int i = SIZE_VER2; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        throw Errno.E2BIG;
      }
    }
    // A shorter structure of an older caller reads as if zeros followed.
    StructReader r =
        new StructReader(task.kernel().abi().dataModel(), Arrays.copyOf(bytes, SIZE_VER2));
    long flags = r.u64();
    long pidfd = r.u64();
    long childTid = r.u64();
    long parentTid = r.u64();
    long exitSignal = r.u64();
    long stack = r.u64();
    long stackSize = r.u64();
    long tls = r.u64();
    long setTid = r.u64();
    long setTidSize = r.u64();
    long cgroup = r.u64();
    if (Long.compareUnsigned(setTidSize, MAX_PID_NS_LEVEL) > 0) {
      throw Errno.EINVAL;
    }
    if ((setTid == 0) != (setTidSize == 0)) {
      throw Errno.EINVAL;
    }
    if ((exitSignal & ~CSIGNAL) != 0 || exitSignal > Signal.SIGRTMAX) {
      throw Errno.EINVAL;
    }
    if ((flags & CLONE_INTO_CGROUP) != 0
        && (Long.compareUnsigned(cgroup, Integer.MAX_VALUE) > 0 || size < SIZE_VER2)) {
      throw Errno.EINVAL;
    }
    List<Integer> tids =
        readTids(
            user,
            task.kernel().abi().dataModel().is64Bit() ? setTid : setTid & 0xffff_ffffL,
            (int) setTidSize);
    checkFlags(flags, exitSignal);
    checkStack(task, stack, stackSize);
    return new KernelCloneArgs(
        flags,
        (int) exitSignal,
        stack == 0 ? 0 : stack + stackSize,
        tls,
        parentTid,
        childTid,
        pidfd,
        tids,
        (int) cgroup,
        null,
        null,
        false);
  }

  /// Row 21: what only legacy clone refuses. DETACHED means nothing any more, but its meeting with
  /// PIDFD is kept free.
  static void checkLegacy(KernelCloneArgs args) throws Errno {
    if (args.has(CLONE_PIDFD) && args.has(CLONE_DETACHED)) {
      throw Errno.EINVAL;
    }
  }

  private static List<Integer> readTids(UserMemory user, long address, int count) throws Errno {
    List<Integer> tids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      tids.add(user.getInt(address + 4L * i));
    }
    return tids;
  }

  private static void checkFlags(long flags, long exitSignal) throws Errno {
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw Errno.EINVAL;
    }
    if ((flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME))) != 0) {
      throw Errno.EINVAL;
    }
    if ((flags & CLONE_SIGHAND) != 0 && (flags & CLONE_CLEAR_SIGHAND) != 0) {
      throw Errno.EINVAL;
    }
    if ((flags & (CLONE_THREAD | CLONE_PARENT)) != 0 && exitSignal != 0) {
      throw Errno.EINVAL;
    }
  }

  private static void checkStack(Task task, long stack, long size) throws Errno {
    if ((stack == 0) != (size == 0)) {
      throw Errno.EINVAL;
    }
    long limit = task.kernel().abi().memoryLayout().taskSize();
    if (Long.compareUnsigned(size, limit) > 0 || Long.compareUnsigned(stack, limit - size) > 0) {
      throw Errno.EINVAL;
    }
  }
}
