package dev.forklift.kernel.arch;

import static dev.forklift.kernel.abi.CloneFlags.CLONE_UNTRACED;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_VFORK;
import static dev.forklift.kernel.abi.CloneFlags.CLONE_VM;

import dev.forklift.kernel.abi.Signal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that creating a task can be told: Linux's `struct kernel_clone_args`.
///
/// fork, vfork, clone, clone3 and kernel threads only fill this record; `KernelClone` is the one
/// entry that reads it. Flags are 64 bits wide from end to end.
///
/// @param flags `CLONE_*`, without the exit signal
/// @param exitSignal sent to the parent when the child ends; 0 for none
/// @param stack the child's stack pointer, already the top of the stack; 0 keeps the parent's
/// @param tls the thread pointer for CLONE_SETTLS
/// @param parentTid user address for CLONE_PARENT_SETTID
/// @param childTid user address for CLONE_CHILD_SETTID and CLONE_CHILD_CLEARTID
/// @param pidfd user address for CLONE_PIDFD
/// @param setTid wanted tids, innermost pid namespace first; empty for none
/// @param cgroup descriptor of the cgroup for CLONE_INTO_CGROUP
/// @param kernelThread what a kernel thread runs; null for user tasks
/// @param name the kernel thread's name, or null
/// @param userModeThread whether the kernel function ends by turning into a user process (exec):
///   how init is made
public record KernelCloneArgs(
    long flags,
    int exitSignal,
    long stack,
    long tls,
    long parentTid,
    long childTid,
    long pidfd,
    List<Integer> setTid,
    int cgroup,
    @Nullable Runnable kernelThread,
    @Nullable String name,
    boolean userModeThread) {

  public KernelCloneArgs {
    setTid = List.copyOf(setTid);
  }

  /// clone and clone3 without set_tid and cgroup.
  public static KernelCloneArgs user(
      long flags, int exitSignal, long stack, long tls, long parentTid, long childTid, long pidfd) {
    return new KernelCloneArgs(
        flags,
        exitSignal,
        stack,
        tls,
        parentTid,
        childTid,
        pidfd,
        List.of(),
        -1,
        null,
        null,
        false);
  }

  /// fork(2).
  public static KernelCloneArgs fork() {
    return user(0, Signal.SIGCHLD, 0, 0, 0, 0, 0);
  }

  /// vfork(2).
  public static KernelCloneArgs vfork() {
    return user(CLONE_VFORK | CLONE_VM, Signal.SIGCHLD, 0, 0, 0, 0, 0);
  }

  /// A kernel thread: shares memory, cannot be traced.
  public static KernelCloneArgs kernelThread(Runnable function, String name) {
    return new KernelCloneArgs(
        CLONE_VM | CLONE_UNTRACED, 0, 0, 0, 0, 0, 0, List.of(), -1, function, name, false);
  }

  /// A kernel function that will turn into a user process by exec: init.
  public static KernelCloneArgs userModeThread(Runnable function, String name) {
    return new KernelCloneArgs(
        CLONE_VM | CLONE_UNTRACED,
        Signal.SIGCHLD,
        0,
        0,
        0,
        0,
        0,
        List.of(),
        -1,
        function,
        name,
        true);
  }

  /// Says whether all bits of `flag` are set.
  public boolean has(long flag) {
    return (flags & flag) == flag;
  }
}
