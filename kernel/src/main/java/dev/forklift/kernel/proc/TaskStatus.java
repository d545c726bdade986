package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.Ucount;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.signal.SigAction;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;

/// /proc/PID/status.
///
/// @param names the user namespace whose names for users are shown
record TaskStatus(ProcFileSystem proc, Task task, UserNamespace names) {
  String text() {
    StringBuilder out = new StringBuilder(1500);
    identity(out);
    memory(out);
    signals(out);
    privileges(out);
    return out.toString();
  }

  private static void line(StringBuilder out, String name, Object value) {
    out.append(name).append(":\t").append(value).append('\n');
  }

  private void identity(StringBuilder out) {
    Credentials who = task.credentials();
    line(out, "Name", escaped(task.name()));
    if (!task.isZombie()) {
      line(out, "Umask", String.format("%04o", task.fs().umask()));
    }
    line(out, "State", TaskState.of(task).description());
    line(out, "Tgid", proc.number(task.group().pid()));
    line(out, "Ngid", 0);
    line(out, "Pid", proc.number(task.pid()));
    line(out, "PPid", TaskStat.parentNumber(proc, task));
    Task tracer = task.ptrace().tracer();
    line(out, "TracerPid", tracer == null ? 0 : proc.number(tracer.pid()));
    line(out, "Uid", tabbed(names::uid, who.uid(), who.euid(), who.suid(), who.fsuid()));
    line(out, "Gid", tabbed(names::gid, who.gid(), who.egid(), who.sgid(), who.fsgid()));
    line(out, "FDSize", task.isZombie() ? 0 : tableSize());
    StringBuilder groups = new StringBuilder();
    for (int group : who.groups()) {
      groups.append(groups.isEmpty() ? "" : " ").append(Integer.toUnsignedString(names.gid(group)));
    }
    line(out, "Groups", groups.append(' '));
    line(out, "NStgid", numbers(task.group().pid()));
    line(out, "NSpid", numbers(task.pid()));
    line(out, "NSpgid", numbers(task.group().processGroup().pid()));
    line(out, "NSsid", numbers(task.group().session().pid()));
    line(out, "Kthread", task.isKernelThread() ? 1 : 0);
  }

  /// An id in the namespace of this /proc and in those below it that the task is in.
  private String numbers(Pid pid) {
    return task.pid().namespaces().stream()
        .skip(proc.pids().level())
        .map(namespace -> Integer.toString(pid.in(namespace)))
        .collect(Collectors.joining("\t"));
  }

  static String escaped(String name) {
    return name.replace("\\", "\\\\").replace("\n", "\\n");
  }

  private static String tabbed(IntUnaryOperator name, int... ids) {
    StringBuilder out = new StringBuilder();
    for (int id : ids) {
      out.append(out.isEmpty() ? "" : "\t").append(Integer.toUnsignedString(name.applyAsInt(id)));
    }
    return out.toString();
  }

  /// Slots of the descriptor table: one word of bits at first, then in steps of 1024 bytes.
  private int tableSize() {
    int word = proc.kernel().abi().dataModel().wordBytes();
    List<Integer> numbers = task.files().numbers();
    int highest = numbers.isEmpty() ? 0 : numbers.getLast();
    if (highest < 8 * word) {
      return 8 * word;
    }
    int unit = 1024 / word;
    return unit * (highest < unit ? 1 : Integer.highestOneBit(highest / unit) << 1);
  }

  private void memory(StringBuilder out) {
    Mm mm = task.mm();
    if (mm == null) {
      return;
    }
    MemorySizes sizes = MemorySizes.of(mm);
    // spotless:off
    kilobytes(out, "VmPeak",   sizes.counters().peak() * sizes.pageKilobytes());
    kilobytes(out, "VmSize",   sizes.counters().total() * sizes.pageKilobytes());
    kilobytes(out, "VmLck",    sizes.counters().locked() * sizes.pageKilobytes());
    kilobytes(out, "VmPin",    0);
    kilobytes(out, "VmHWM",    sizes.counters().peakResident() * sizes.pageKilobytes());
    kilobytes(out, "VmRSS",    sizes.counters().resident() * sizes.pageKilobytes());
    kilobytes(out, "RssAnon",  sizes.anonymous() * sizes.pageKilobytes());
    kilobytes(out, "RssFile",  sizes.file() * sizes.pageKilobytes());
    kilobytes(out, "RssShmem", sizes.shared() * sizes.pageKilobytes());
    kilobytes(out, "VmData",   sizes.counters().data() * sizes.pageKilobytes());
    kilobytes(out, "VmStk",    sizes.counters().stack() * sizes.pageKilobytes());
    kilobytes(out, "VmExe",    sizes.counters().code() * sizes.pageKilobytes());
    kilobytes(out, "VmLib",    sizes.counters().libraries() * sizes.pageKilobytes());
    kilobytes(out, "VmPTE",    sizes.tables() * sizes.pageKilobytes());
    kilobytes(out, "VmSwap",   0);
    // spotless:on
    line(out, "CoreDumping", 0);
    line(out, "THP_enabled", 0);
    boolean wide = proc.kernel().abi().dataModel().is64Bit();
    line(out, "untag_mask", wide ? "0xffffffffffffffff" : "0xffffffff");
  }

  private static void kilobytes(StringBuilder out, String name, long size) {
    line(out, name, String.format("%8d kB", size));
  }

  private void signals(StringBuilder out) {
    line(out, "Threads", task.group().threads().size());
    long limit = task.group().limits().soft(ResourceLimits.RLIMIT_SIGPENDING);
    line(out, "SigQ", queuedSignals() + "/" + limit);
    long[] actions = actions(task);
    mask(out, "SigPnd", task.pending().set());
    mask(out, "ShdPnd", task.group().pending().set());
    mask(out, "SigBlk", task.blocked());
    mask(out, "SigIgn", actions[0]);
    mask(out, "SigCgt", actions[1]);
  }

  /// Signals queued for all processes of the user.
  private long queuedSignals() {
    Credentials who = task.credentials();
    return who.userNamespace().ucounts().count(who.uid(), Ucount.SIGNALS);
  }

  /// The signals that are ignored, and those that have handlers.
  static long[] actions(Task task) {
    if (task.isKernelThread()) {
      return new long[] {-1, 0};
    }
    long ignored = 0;
    long caught = 0;
    for (int signal = 1; signal <= Signal.SIGRTMAX; signal++) {
      SigAction action = task.handlers().get(signal);
      if (action.isIgnore()) {
        ignored |= Signal.bit(signal);
      } else if (!action.isDefault()) {
        caught |= Signal.bit(signal);
      }
    }
    return new long[] {ignored, caught};
  }

  private static void mask(StringBuilder out, String name, long bits) {
    line(out, name, String.format("%016x", bits));
  }

  private void privileges(StringBuilder out) {
    Credentials who = task.credentials();
    mask(out, "CapInh", who.inheritable());
    mask(out, "CapPrm", who.permitted());
    mask(out, "CapEff", who.effective());
    mask(out, "CapBnd", who.bounding());
    mask(out, "CapAmb", who.ambient());
    line(out, "NoNewPrivs", task.noNewPrivileges() ? 1 : 0);
    line(out, "Speculation_Store_Bypass", "unknown");
    line(out, "SpeculationIndirectBranch", "unsupported");
    line(out, "Cpus_allowed", 1);
    line(out, "Cpus_allowed_list", 0);
    line(out, "voluntary_ctxt_switches", task.times().voluntarySwitches());
    line(out, "nonvoluntary_ctxt_switches", task.times().involuntarySwitches());
  }
}
