package dev.forklift.cli;

import dev.forklift.engine.jit.TranslationLog;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.gdb.GdbServer;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.trace.Tally;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `forklift run`: one program on Forklift's own kernel.
@Command(
    name = "run",
    description = "Runs a Linux program on Forklift's own kernel.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  forklift run ./hello",
      "  forklift run -L rootfs.tar.xz /bin/busybox sh -c 'ls -l /'",
      "  forklift run -L sysroot -v $HOME/data:/data:ro lua /data/script.lua",
      "  forklift run --stats ./prog",
      "  forklift run --core core.%%p ./crashes",
      "  forklift run --tree -L rootfs.tar.xz sh -c 'ls | wc -l'",
      "  forklift run --gdb 1234 ./prog",
      "    and there: nios2-linux-gnu-gdb prog -ex 'target remote :1234'",
      "",
      "Exit status: that of the program, 128+N if signal N killed it;",
      "125 if Forklift itself failed, 126 if the program cannot be executed,",
      "127 if it cannot be found."
    })
final class RunCommand implements UsualCommand {
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  /// Null when read by [UsualLine].
  @Spec private @Nullable CommandSpec spec;

  @Mixin private GuestOptions guest = new GuestOptions();

  @Mixin private DebugOptions debug = new DebugOptions();

  @Option(
      names = {"--trace", "-strace"},
      description = "Print the guest's system calls on stderr.")
  private boolean trace;

  @Option(names = "--tree", description = "Draw on stderr how the program's tasks come and go.")
  private boolean tree;

  @Option(
      names = "--stats",
      description =
          "Say on stderr at the end what the run took: instructions, translations, tasks, memory,"
              + " system calls.")
  private boolean stats;

  @Option(
      names = "--verbose",
      description =
          "Say on stderr what is missing (each unknown system call once), and report crashes of"
              + " the program's children like its own.")
  private boolean verbose;

  @Option(
      names = {"-0", "--argv0"},
      paramLabel = "NAME",
      description = "The name that the program gets as argv[0].")
  private @Nullable String argv0;

  @Option(
      names = "--record",
      paramLabel = "FILE.cast",
      description = "Record what the terminal shows (asciicast v2).")
  private @Nullable String record;

  @Parameters(index = "0", paramLabel = "PROGRAM", description = "In the guest or on the host.")
  private String program = "";

  @Parameters(index = "1..*", paramLabel = "ARG", description = "The program's arguments.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public boolean takeFlag(String name) {
    switch (name) {
      case "--trace", "-strace" -> trace = true;
      case "--tree" -> tree = true;
      case "--stats" -> stats = true;
      case "--verbose" -> verbose = true;
      default -> {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean takeOption(String name, String value) {
    return guest.takeOption(name, value);
  }

  @Override
  public boolean takeRest(String[] line, List<String> rest) {
    if (rest.isEmpty()) {
      return false;
    }
    program = rest.getFirst();
    arguments = new ArrayList<>(rest.subList(1, rest.size()));
    return true;
  }

  @Override
  public Integer call() {
    try {
      Path cast = record == null ? null : CommandLineBytes.path(record);
      try (HostStreams streams = HostStreams.open(cast, String.join(" ", argv()))) {
        return run(streams);
      }
    } catch (IOException e) {
      err(String.valueOf(e.getMessage()));
      return Main.NOT_RUN;
    }
  }

  private int run(HostStreams streams) throws IOException {
    GuestFiles files = guest.files(program);
    int status;
    try (LinePrinter printer = LinePrinter.onStandardError(streams.isErrorRaw());
        GdbServer debugger = debug.listen()) {
      status = run(streams, files, printer, debugger);
    }
    streams.close();
    String lost = streams.failure();
    if (lost != null) {
      err(lost);
      return status == 0 ? Main.NOT_RUN : status;
    }
    return status;
  }

  private int run(
      HostStreams streams, GuestFiles files, LinePrinter printer, @Nullable GdbServer debugger)
      throws IOException {
    TranslationLog translations = new TranslationLog();
    MachineConfig config =
        guest.configure(MachineConfig.of(guest.abi(), files, streams.forGuest()), translations);
    config = debug.configure(config.withEvents(new CrashPrinter(printer, verbose)), printer);
    if (tree) {
      config =
          config.withEvents(
              TaskEvents.both(
                  config.events(), new ProcessTree(printer, PictureStyle.of(2), config.clock())));
    }
    if (trace || verbose) {
      config = config.withObserver(new SyscallTrace(printer, trace, verbose));
    }
    Tally tally = new Tally();
    if (stats) {
      config =
          config
              .withEvents(TaskEvents.both(config.events(), tally))
              .withObserver(SyscallObserver.both(config.observer(), tally));
    }
    Machine machine = new Machine(config);
    if (!files.isFound()) {
      err(program + ": not found, neither in the guest nor here");
      return NOT_FOUND;
    }
    String refusal = files.refusal();
    if (refusal != null) {
      err(program + ": " + refusal);
      return NOT_EXECUTABLE;
    }
    if (debugger != null) {
      DebugOptions.attach(debugger, machine, printer);
    }
    SignalsToGuest.begin(machine, streams);
    streams.begin();
    Outcome outcome = machine.run(guest.program(files.programPath(), argv(), files.folder()));
    streams.close();
    Errno refused = outcome.notStarted();
    if (refused != null) {
      err(program + ": " + refused.text());
    }
    if (outcome.isSignalled()) {
      sayWhatKilled(outcome.signal());
    }
    if (stats) {
      StatisticsTable.lines(tally, translations, machine.memory()).forEach(printer);
    }
    return outcome.exitCode();
  }

  /// A signal that dumps core has been reported when it came; of the others, those are not worth a
  /// word that a user or a closed pipe sends all the time.
  private void sayWhatKilled(int signal) {
    if (Signal.defaultAction(signal) == Signal.DefaultAction.TERMINATE
        && signal != Signal.SIGINT
        && signal != Signal.SIGPIPE) {
      err(program + ": killed by " + Signal.name(signal) + " (" + Signal.text(signal) + ")");
    }
  }

  private void err(String line) {
    CommandSpec read = spec;
    PrintWriter err = read == null ? Main.standardError() : read.commandLine().getErr();
    err.println("forklift: " + Main.oneLine(line));
    err.flush();
  }

  private List<String> argv() {
    List<String> argv = new ArrayList<>();
    argv.add(argv0 != null ? argv0 : program);
    argv.addAll(arguments);
    return argv;
  }
}
