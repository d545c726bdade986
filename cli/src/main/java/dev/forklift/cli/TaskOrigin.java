package dev.forklift.cli;

import dev.forklift.kernel.abi.CloneFlagNames;
import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.process.Task;
import java.util.StringJoiner;

/// How a task was made, and how it ended, in a few words.
final class TaskOrigin {
  /// How a task was made.
  enum Kind {
    FORK,
    VFORK,
    CLONE,
    THREAD,
    KERNEL_THREAD
  }

  /// What fork(3) of glibc asks for.
  private static final long GLIBC_FORK =
      CloneFlags.CLONE_CHILD_CLEARTID | CloneFlags.CLONE_CHILD_SETTID;

  private TaskOrigin() {}

  /// How a task that has begun to end does so.
  static String end(Task task) {
    int status = task.exitStatus();
    int signal = status & 0x7f;
    return signal != 0 ? Signal.name(signal) : "exit " + (status >> 8 & 0xff);
  }

  static Kind kind(KernelCloneArgs args) {
    if (args.kernelThread() != null) {
      return Kind.KERNEL_THREAD;
    }
    if (args.has(CloneFlags.CLONE_THREAD)) {
      return Kind.THREAD;
    }
    long flags = args.flags();
    if (flags == (CloneFlags.CLONE_VM | CloneFlags.CLONE_VFORK)) {
      return Kind.VFORK;
    }
    boolean plain =
        (flags == 0 || flags == GLIBC_FORK)
            && args.exitSignal() == Signal.SIGCHLD
            && args.setTid().isEmpty();
    return plain ? Kind.FORK : Kind.CLONE;
  }

  static String describe(KernelCloneArgs args, String call) {
    return switch (kind(args)) {
      case KERNEL_THREAD -> "kernel thread";
      case VFORK -> "vfork";
      case FORK -> call.equals("clone") ? "fork" : call;
      case THREAD ->
          call
              + ", a thread"
              + (args.has(CloneFlags.CLONE_SETTLS) && args.tls() != 0
                  ? ", TLS at 0x" + Long.toHexString(args.tls())
                  : "");
      case CLONE -> {
        StringJoiner text = new StringJoiner(" ", call + " ", "");
        CloneFlagNames.of(args.flags()).forEach(text::add);
        if (args.exitSignal() != Signal.SIGCHLD && args.exitSignal() != 0) {
          text.add(Signal.name(args.exitSignal()));
        }
        yield text.toString().strip();
      }
    };
  }
}
