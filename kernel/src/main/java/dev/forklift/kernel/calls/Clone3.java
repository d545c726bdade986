package dev.forklift.kernel.calls;

import static dev.forklift.kernel.abi.CloneFlags.CLONE_CLEAR_SIGHAND;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_DETACHED;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_INTO_CGROUP;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_NEWTIME;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_PARENT;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_SIGHAND;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_THREAD;
import static dev.forklift.kernel.abi.CloneFlags.CSIGNAL;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.CloneRule;
import dev.forklift.kernel.process.KernelClone;
import dev.forklift.kernel.process.Refusal;
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

  private final Task task;
  private final UserMemory user;
  private final Refusal refused;

  private Clone3(Task task) {
    this.task = task;
    this.user = task.memory().user();
    this.refused = KernelClone.refusal(task);
  }

  /// Reads the structure from the task's memory.
  static KernelCloneArgs decode(Task task, long address, long size) throws Errno {
    return new Clone3(task).decode(address, size);
  }

  private KernelCloneArgs decode(long address, long size) throws Errno {
    long page = 1L << task.kernel().abi().memoryLayout().pageShift();
    if (Long.compareUnsigned(size, page) > 0) {
      throw refused.by(CloneRule.SIZE_OVER_PAGE);
    }
    if (size < SIZE_VER0) {
      throw refused.by(CloneRule.SIZE_UNDER_VER0);
    }
    byte[] bytes = new byte[(int) size];
    try {
      user.read(address, bytes);
    } catch (Errno e) {
      throw refused.by(CloneRule.ARGS_UNREADABLE);
    }
    for (int i = SIZE_VER2; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        throw refused.by(CloneRule.UNKNOWN_TAIL);
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
      throw refused.by(CloneRule.SET_TID_TOO_LONG);
    }
    if ((setTid == 0) != (setTidSize == 0)) {
      throw refused.by(CloneRule.SET_TID_HALF_GIVEN);
    }
    if ((exitSignal & ~CSIGNAL) != 0 || exitSignal > Signal.SIGRTMAX) {
      throw refused.by(CloneRule.EXIT_SIGNAL_INVALID);
    }
    if ((flags & CLONE_INTO_CGROUP) != 0
        && (Long.compareUnsigned(cgroup, Integer.MAX_VALUE) > 0 || size < SIZE_VER2)) {
      throw refused.by(CloneRule.CGROUP_FIELD_INVALID);
    }
    boolean wide = task.kernel().abi().dataModel().is64Bit();
    List<Integer> tids = readTids(wide ? setTid : setTid & 0xffff_ffffL, (int) setTidSize);
    checkFlags(flags, exitSignal);
    checkStack(stack, stackSize);
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

  private List<Integer> readTids(long address, int count) throws Errno {
    List<Integer> tids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      try {
        tids.add(user.getInt(address + 4L * i));
      } catch (Errno e) {
        throw refused.by(CloneRule.SET_TID_UNREADABLE);
      }
    }
    return tids;
  }

  private void checkFlags(long flags, long exitSignal) throws Errno {
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw refused.by(CloneRule.UNKNOWN_FLAG);
    }
    if ((flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME))) != 0) {
      throw refused.by(CloneRule.FLAG_NOT_FOR_CLONE3);
    }
    if ((flags & CLONE_SIGHAND) != 0 && (flags & CLONE_CLEAR_SIGHAND) != 0) {
      throw refused.by(CloneRule.CLEAR_SHARED_HANDLERS);
    }
    if ((flags & (CLONE_THREAD | CLONE_PARENT)) != 0 && exitSignal != 0) {
      throw refused.by(CloneRule.EXIT_SIGNAL_WITHOUT_PARENT);
    }
  }

  private void checkStack(long stack, long size) throws Errno {
    if ((stack == 0) != (size == 0)) {
      throw refused.by(CloneRule.STACK_INVALID);
    }
    long limit = task.kernel().abi().memoryLayout().taskSize();
    if (Long.compareUnsigned(size, limit) > 0 || Long.compareUnsigned(stack, limit - size) > 0) {
      throw refused.by(CloneRule.STACK_INVALID);
    }
  }
}
