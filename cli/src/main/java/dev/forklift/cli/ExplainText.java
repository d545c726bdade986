package dev.forklift.cli;

import dev.forklift.kernel.abi.CloneFlagNames;
import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.machine.CloneTrial;
import dev.forklift.kernel.machine.CloneTrial.Relation;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.process.CloneRule;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The answer of a [CloneTrial] in words.
final class ExplainText {
  private static final int WIDTH = 100;
  private static final String INDENT = "  ";
  private static final int LABEL = 13;

  private final PrintWriter out;
  private boolean isFirst = true;

  ExplainText(PrintWriter out) {
    this.out = out;
  }

  /// A call that cannot even be written down.
  void outOfReach(LinuxAbi abi, long flags, boolean setTid) {
    title("clone(2) on " + abi.unameMachine());
    List<String> what = new ArrayList<>();
    if (flags != 0) {
      what.add("flags above 32 bits (" + names(flags) + ")");
    }
    if (setTid) {
      what.add("set_tid");
    }
    line("cannot say", String.join(" and ", what) + ": only clone3 can");
  }

  void answer(
      LinuxAbi abi, MachineConfig.Release release, CloneTrial.Call call, CloneTrial.Answer answer) {
    title(describe(call) + " on " + abi.unameMachine());
    Errno error = answer.error();
    if (error != null) {
      refused(release, call, error, answer.rule());
    } else if (answer.child() != null) {
      made(answer.child());
    }
  }

  private void title(String title) {
    if (!isFirst) {
      out.println();
    }
    isFirst = false;
    out.println(title);
  }

  private static String describe(CloneTrial.Call call) {
    List<String> words = new ArrayList<>();
    if (call.flags() != 0) {
      words.add(names(call.flags()));
    }
    if (call.exitSignal() != 0) {
      words.add(
          Signal.isValid((int) call.exitSignal())
              ? Signal.name((int) call.exitSignal())
              : Long.toString(call.exitSignal()));
    }
    String said = words.isEmpty() ? "0" : String.join("|", words);
    String who = call.uid() == 0 ? "" : " by user " + call.uid();
    return (call.clone3() ? "clone3(" : "clone(") + said + ")" + who;
  }

  private static String names(long flags) {
    List<String> names = new ArrayList<>();
    long rest = flags;
    for (String name : CloneFlagNames.of(flags)) {
      names.add("CLONE_" + name);
      rest &= ~CloneFlagNames.flag(name);
    }
    if (rest != 0) {
      names.add("0x" + Long.toHexString(rest));
    }
    return String.join("|", names);
  }

  private void refused(
      MachineConfig.Release release, CloneTrial.Call call, Errno error, @Nullable CloneRule rule) {
    line("refused", error.symbol() + " (" + error.text() + ")");
    if (rule != null) {
      line("because", rule.reason());
      line("row", rule.row());
    } else if (call.clone3() && error == Errno.ENOSYS) {
      line("because", "Linux " + release.text() + " has no clone3 on this architecture");
      line("row", "1");
    }
  }

  private void made(CloneTrial.Child child) {
    KernelCloneArgs args = child.args();
    boolean thread = child.tgid() == child.callersTgid();
    line(
        "makes",
        thread
            ? "a thread of the caller's process"
            : child.siblingOfCaller()
                ? "a process, a child of the caller's parent"
                : "a child process");
    line("shared", parts(child.parts(), Relation.SHARED));
    line("its own", parts(child.parts(), Relation.OWN));
    line("at its end", atItsEnd(child, thread));
    if (args.has(CloneFlags.CLONE_VFORK)) {
      line("caller", "sleeps until the child has executed a program or ended");
    }
    List<String> stores = new ArrayList<>();
    if (args.has(CloneFlags.CLONE_PARENT_SETTID)) {
      stores.add("its tid where parent_tid points, in the caller's memory, before it runs");
    }
    if (args.has(CloneFlags.CLONE_CHILD_SETTID)) {
      stores.add("its tid where child_tid points, in its memory, when it first runs");
    }
    if (args.has(CloneFlags.CLONE_CHILD_CLEARTID)) {
      stores.add("0 where child_tid points, at its end, with a futex wake-up");
    }
    if (args.has(CloneFlags.CLONE_PIDFD)) {
      stores.add("a pidfd of it where pidfd points, in the caller's memory");
    }
    if (!stores.isEmpty()) {
      line("stored", String.join("; ", stores));
    }
    if (args.has(CloneFlags.CLONE_CLEAR_SIGHAND)) {
      line("handlers", "are set to the default, but for signals that are ignored");
    }
    if (!child.registers().isEmpty()) {
      List<String> registers = new ArrayList<>();
      child
          .registers()
          .forEach((name, value) -> registers.add(name + " 0x" + Long.toHexString(value)));
      line("registers", "as the caller's, but for " + String.join(", ", registers));
    }
  }

  private static String parts(Map<String, Relation> parts, Relation relation) {
    List<String> names = new ArrayList<>();
    parts.forEach((name, is) -> {
      if (is == relation) {
        names.add(name);
      }
    });
    return names.isEmpty() ? "nothing" : String.join("; ", names);
  }

  private static String atItsEnd(CloneTrial.Child child, boolean thread) {
    if (thread) {
      return "nobody is told: it is gone at once";
    }
    String whom = child.siblingOfCaller() ? "the caller's parent" : "the caller";
    int signal = child.exitSignal();
    if (signal == Signal.SIGCHLD) {
      return whom + " gets SIGCHLD, and waits for it as usual";
    }
    String told =
        Signal.isValid(signal) ? whom + " gets " + Signal.name(signal) : whom + " gets no signal";
    return told + ", and waits for it with __WCLONE or __WALL";
  }

  /// A line that begins with a label, wrapped below its text.
  private void line(String label, String text) {
    StringBuilder line = new StringBuilder(INDENT).append(label);
    line.append(" ".repeat(Math.max(1, LABEL - line.length())));
    boolean isEmpty = true;
    for (String word : text.split(" ", -1)) {
      if (!isEmpty && line.length() + 1 + word.length() > WIDTH) {
        out.println(line);
        line.setLength(0);
        line.append(" ".repeat(LABEL));
        isEmpty = true;
      }
      line.append(isEmpty ? "" : " ").append(word);
      isEmpty = false;
    }
    out.println(line);
  }
}
