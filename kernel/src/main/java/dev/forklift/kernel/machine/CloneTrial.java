package dev.forklift.kernel.machine;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.isa.Registers;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.calls.Syscall;
import dev.forklift.kernel.calls.SyscallFrame;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.calls.SyscallTables;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.fs.tmpfs.MemoryOrigin;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.process.CloneRule;
import dev.forklift.kernel.process.Namespaces;
import dev.forklift.kernel.process.Sessions;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.process.TrialCaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes one clone or clone3 on a kernel of its own, as a program would, and tells what came of it:
/// the error and the rule behind it, or how child and parent are related.
///
/// Nothing here knows the rules. The call goes through the system call table, and what parent and
/// child share is found by comparing the two tasks.
public final class CloneTrial {
  /// What is to be tried.
  ///
  /// @param clone3 whether it is clone3 instead of clone
  /// @param flags `CLONE_*` without the exit signal
  /// @param exitSignal the low byte of clone's flags, or clone3's field
  /// @param stack how many bytes of stack are given; 0 for none
  /// @param tls the thread pointer
  /// @param setTid clone3's set_tid
  /// @param uid who calls; 0 has all capabilities
  public record Call(
      boolean clone3,
      long flags,
      long exitSignal,
      long stack,
      long tls,
      List<Integer> setTid,
      int uid) {
    public Call {
      setTid = List.copyOf(setTid);
    }
  }

  /// How a part of the child is related to the parent's.
  public enum Relation {
    /// The same object.
    SHARED,
    /// An object of its own.
    OWN
  }

  /// What became of the call.
  ///
  /// @param error what it answers, or null for success
  /// @param rule the rule that refused it, if it is one of clone's
  /// @param child the child, or null
  public record Answer(@Nullable Errno error, @Nullable CloneRule rule, @Nullable Child child) {}

  /// A child as it was before it ran.
  ///
  /// @param parts the task's parts by their names
  /// @param registers those that differ from the caller's, by name
  /// @param args the record that it was made from
  public record Child(
      Map<String, Relation> parts,
      int tid,
      int tgid,
      int callersTgid,
      boolean siblingOfCaller,
      int exitSignal,
      Map<String, Long> registers,
      KernelCloneArgs args) {}

  private final LinuxAbi abi;
  private final Call call;
  private final Watch watch = new Watch();
  private @Nullable Machine machine;
  private @Nullable Errno failed;

  private CloneTrial(LinuxAbi abi, Call call) {
    this.abi = abi;
    this.call = call;
  }

  /// Tries a call.
  ///
  /// @param release whose clone3 it is
  public static Answer of(LinuxAbi abi, MachineConfig.Release release, Call call)
      throws IOException {
    return new CloneTrial(abi, call).run(release);
  }

  private Answer run(MachineConfig.Release release) throws IOException {
    Stdio none =
        new Stdio(
            new ByteArrayInputStream(new byte[0]),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream());
    MachineConfig config =
        MachineConfig.of(
                abi, (systems, budget) -> new Tmpfs(systems, "tmpfs", budget, root()), none)
            .withRelease(release)
            .withEvents(watch)
            .withObserver(watch);
    Machine trial = new Machine(config);
    machine = trial;
    trial.boot(new Init(trial, this::ask));
    var _ = trial.await();
    if (failed != null) {
      throw new IllegalStateException("a trial that cannot be made: " + failed.text());
    }
    return new Answer(watch.error, watch.rule, watch.child);
  }

  private static MemoryOrigin root() {
    MemoryOrigin root = MemoryOrigin.folder(0755);
    for (String name : List.of("dev", "proc", "sys", "tmp")) {
      root = root.with(name, MemoryOrigin.folder(0755));
    }
    return root;
  }

  /// The caller, as the first function of its task.
  private void ask() {
    Machine trial = machine;
    if (trial == null) {
      throw new IllegalStateException("not booted");
    }
    Task task = trial.kernel().current();
    try {
      Sessions.begin(task);
      if (call.uid != 0) {
        task.setCredentials(Credentials.of(call.uid, call.uid, trial.kernel().userNamespace()));
      }
      TrialCaller caller = TrialCaller.of(task);
      watch.caller = task;
      if (call.clone3) {
        caller.call(SyscallTables.CLONE3, clone3Arguments(caller));
      } else {
        caller.call(SyscallTables.CLONE, cloneArguments(caller));
      }
    } catch (Errno e) {
      failed = e;
    }
    watch.caller = null;
    task.requestEnd(0);
  }

  private List<Long> cloneArguments(TrialCaller caller) throws Errno {
    long parentTid = caller.store(new byte[8]);
    long childTid = caller.store(new byte[8]);
    long stack = call.stack == 0 ? 0 : caller.store(new byte[8]);
    List<Long> arguments = new ArrayList<>();
    for (var argument : abi.cloneOrder()) {
      arguments.add(
          switch (argument) {
            case FLAGS -> call.flags | call.exitSignal;
            case STACK -> stack == 0 ? 0 : stack + call.stack;
            case STACK_SIZE -> 0L;
            case PARENT_TID -> parentTid;
            case CHILD_TID -> childTid;
            case TLS -> call.tls;
          });
    }
    return arguments;
  }

  private List<Long> clone3Arguments(TrialCaller caller) throws Errno {
    long pidfd = caller.store(new byte[8]);
    long childTid = caller.store(new byte[8]);
    long parentTid = caller.store(new byte[8]);
    long stack = call.stack == 0 ? 0 : caller.store(new byte[8]);
    StructWriter tids = new StructWriter(abi.dataModel());
    call.setTid.forEach(tids::u32);
    byte[] args =
        new StructWriter(abi.dataModel())
            .u64(call.flags)
            .u64(pidfd)
            .u64(childTid)
            .u64(parentTid)
            .u64(call.exitSignal)
            .u64(stack)
            .u64(call.stack)
            .u64(call.tls)
            .u64(call.setTid.isEmpty() ? 0 : caller.store(tids.toBytes()))
            .u64(call.setTid.size())
            .u64(0)
            .toBytes();
    return List.of(caller.store(args), (long) args.length);
  }

  /// Hears what the call does.
  private static final class Watch implements TaskEvents, SyscallObserver {
    private @Nullable Task caller;
    private @Nullable Errno error;
    private @Nullable CloneRule rule;
    private @Nullable Child child;

    @Override
    public void refused(Task caller, CloneRule rule) {
      if (caller == this.caller) {
        this.rule = rule;
      }
    }

    @Override
    public void created(Task child, Task parent, KernelCloneArgs args) {
      if (parent == caller) {
        this.child = describe(child, parent, args);
      }
    }

    @Override
    public void leave(Syscall row, SyscallFrame frame, long result, @Nullable Errno error) {
      if (frame.task() == caller) {
        this.error = error;
      }
    }

    private static Child describe(Task child, Task parent, KernelCloneArgs args) {
      return new Child(
          parts(child, parent),
          child.pid().in(parent.pidNamespace()),
          child.group().pid().in(parent.pidNamespace()),
          parent.group().pid().in(parent.pidNamespace()),
          child.realParent() == parent.realParent(),
          child.exitSignal(),
          registers(child.cpu(), parent.cpu(), child.kernel().abi()),
          args);
    }

    private static Map<String, Relation> parts(Task child, Task parent) {
      Map<String, Relation> parts = new LinkedHashMap<>();
      compare(parts, "memory", child.mm(), parent.mm());
      compare(parts, "file descriptors", child.files(), parent.files());
      compare(parts, "root, current folder, umask", child.fs(), parent.fs());
      compare(parts, "signal handlers", child.handlers(), parent.handlers());
      compare(parts, "process (pid, signals sent to it, limits)", child.group(), parent.group());
      compare(parts, "session", child.group().session(), parent.group().session());
      compare(
          parts,
          "user namespace",
          child.credentials().userNamespace(),
          parent.credentials().userNamespace());
      compare(parts, "pid namespace", child.pidNamespace(), parent.pidNamespace());
      Namespaces mine = child.namespaces();
      Namespaces theirs = parent.namespaces();
      compare(parts, "mount namespace", mine.mnt(), theirs.mnt());
      compare(parts, "uts namespace", mine.uts(), theirs.uts());
      compare(parts, "ipc namespace", mine.ipc(), theirs.ipc());
      compare(parts, "cgroup namespace", mine.cgroup(), theirs.cgroup());
      compare(parts, "network namespace", mine.net(), theirs.net());
      compare(parts, "control group", child.cgroup().group(), parent.cgroup().group());
      return parts;
    }

    private static void compare(
        Map<String, Relation> parts, String name, @Nullable Object child, @Nullable Object parent) {
      parts.put(name, child == parent ? Relation.SHARED : Relation.OWN);
    }

    private static Map<String, Long> registers(Cpu child, Cpu parent, LinuxAbi abi) {
      Registers registers = abi.isa().registers();
      Map<String, Long> different = new LinkedHashMap<>();
      for (int i = 0; i < registers.count(); i++) {
        if (child.register(i) != parent.register(i)) {
          different.put(registers.names().get(i), child.register(i));
        }
      }
      return different;
    }
  }
}
