package dev.forklift.cli;

import dev.forklift.kernel.abi.CloneFlagNames;
import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.machine.CloneTrial;
import dev.forklift.kernel.machine.MachineConfig.Release;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `forklift explain`: what Linux does with flags of clone.
@Command(
    name = "explain",
    description = {
      "Says what Linux does with flags of clone and clone3: which rule refuses them, or what parent"
          + " and child share afterwards.",
      "The call is made, on a kernel of its own with nothing else in it; nothing runs afterwards."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  forklift explain VM THREAD",
      "  forklift explain --clone3 'CLONE_VM|CLONE_VFORK' SIGCHLD",
      "  forklift explain --legacy 0x3d0f00",
      "  forklift explain --clone3 --set-tid 10 -u 1000 SIGCHLD",
      "",
      "Rows are those of docs/process-creation.md."
    })
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--legacy", description = "Only clone(2).")
  private boolean legacy;

  @Option(names = "--clone3", description = "Only clone3(2).")
  private boolean clone3;

  @Option(
      names = "--arch",
      paramLabel = "ARCH",
      description = "Only this architecture, as uname -m names it.")
  private @Nullable String arch;

  @Option(
      names = "--release",
      paramLabel = "6.12|6.18",
      converter = GuestOptions.ReleaseConverter.class,
      description = "Which Linux release to ask; 6.12 has no clone3 on nios2.")
  private Release release = Release.V6_18;

  @Option(
      names = "--stack",
      paramLabel = "BYTES",
      description = "Give the child a stack of so many bytes.")
  private long stack;

  @Option(names = "--tls", paramLabel = "VALUE", description = "The thread pointer for SETTLS.")
  private String tls = "0x7ead0000";

  @Option(
      names = "--set-tid",
      paramLabel = "TID",
      split = ",",
      description = "clone3's set_tid, innermost pid namespace first.")
  private List<Integer> setTid = new ArrayList<>();

  @Option(
      names = {"-u", "--user"},
      paramLabel = "UID",
      description = "Who calls; 0 (default) has all capabilities.")
  private int uid;

  @Parameters(
      paramLabel = "FLAG",
      arity = "0..*",
      description =
          "Flags by name (VM, CLONE_VM, joined by | or , if you like) or number, and the exit signal"
              + " by name. In a number for clone(2) the low byte is the exit signal.")
  private List<String> words = new ArrayList<>();

  /// What was typed, put together.
  private long flags;

  private long exitSignal;

  @Override
  public Integer call() throws IOException {
    for (String word : words) {
      for (String part : word.split("[|,]", -1)) {
        take(part.strip());
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    ExplainText text = new ExplainText(out);
    for (LinuxAbi abi : architectures()) {
      if (legacy || !clone3) {
        explain(text, abi, false);
      }
      if (clone3 || !legacy) {
        explain(text, abi, true);
      }
    }
    out.flush();
    return 0;
  }

  private void explain(ExplainText text, LinuxAbi abi, boolean isClone3) throws IOException {
    long callFlags = isClone3 ? flags : flags & 0xffff_ffffL;
    if (!isClone3 && (callFlags != flags || !setTid.isEmpty())) {
      text.outOfReach(abi, flags & ~callFlags, !setTid.isEmpty());
      return;
    }
    // What clone3 has in the low byte of its flags is the exit signal to clone.
    long signal = isClone3 ? exitSignal : exitSignal | (callFlags & CloneFlags.CSIGNAL);
    callFlags = isClone3 ? callFlags : callFlags & ~CloneFlags.CSIGNAL;
    CloneTrial.Call call =
        new CloneTrial.Call(isClone3, callFlags, signal, stack, parse(tls, "--tls"), setTid, uid);
    text.answer(abi, release, call, CloneTrial.of(abi, release, call));
  }

  private List<LinuxAbi> architectures() {
    List<LinuxAbi> all =
        ServiceLoader.load(LinuxAbi.class).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparing(LinuxAbi::unameMachine))
            .toList();
    if (arch == null) {
      return all;
    }
    List<LinuxAbi> named = all.stream().filter(abi -> abi.unameMachine().equals(arch)).toList();
    if (named.isEmpty()) {
      throw wrong(
          "--arch "
              + arch
              + " is none of "
              + String.join(", ", all.stream().map(LinuxAbi::unameMachine).toList()));
    }
    return named;
  }

  /// Takes a flag's or signal's name, or a number.
  private void take(String word) {
    long flag = CloneFlagNames.flag(word);
    if (flag != 0) {
      flags |= flag;
      return;
    }
    int signal = Signal.number(word);
    if (signal != 0) {
      exitSignal = signal;
      return;
    }
    long number = parse(word, "'" + word + "' is no flag of clone, no signal, and as a number");
    if (clone3) {
      flags |= number;
    } else {
      exitSignal |= number & CloneFlags.CSIGNAL;
      flags |= number & ~CloneFlags.CSIGNAL;
    }
  }

  private long parse(String text, String what) {
    try {
      return text.startsWith("0x") || text.startsWith("0X")
          ? Long.parseUnsignedLong(text.substring(2), 16)
          : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw wrong(what + ": '" + text + "' is neither decimal nor 0x and hexadecimal");
    }
  }

  private ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
