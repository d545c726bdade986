package dev.forklift.cli;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.fs.tmpfs.MemoryOrigin;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.ProgramSpec;
import dev.forklift.kernel.machine.Stdio;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `forklift demo`: shows how Linux creates processes, with a built-in guest program.
@Command(
    name = "demo",
    description = {
      "Shows how Linux creates processes: a built-in Nios II program forks, vforks, clones and",
      "executes, and checks at each step that the rules hold. Needs nothing but this checkout."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Exit status: 0 if every rule held, 1 if not, 125 if Forklift itself failed."})
final class DemoCommand implements Callable<Integer> {
  private static final String PROGRAM = "demo";

  @Option(names = "--fast", description = "Do not pause between the steps.")
  private boolean fast;

  /// Whether somebody looks at the output. Since JDK 25 there may be no console again.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  @Override
  public Integer call() throws IOException {
    byte[] program = program();
    TaskJournal journal = new TaskJournal();
    boolean colour = isTerminal();
    DemoPicture picture =
        new DemoPicture(System.out, colour && System.getenv("NO_COLOR") == null, journal);
    List<String> argv = new ArrayList<>(List.of(PROGRAM));
    if (fast) {
      argv.add("--fast");
    }
    MachineConfig config =
        MachineConfig.of(
                new Nios2Linux(),
                (systems, budget) ->
                    new Tmpfs(
                        systems,
                        "tmpfs",
                        budget,
                        MemoryOrigin.folder(0755).with(PROGRAM, MemoryOrigin.file(0755, program))),
                new Stdio(InputStream.nullInputStream(), new LineStream(picture::line), System.err))
            .withEvents(journal);
    System.out.println("How Linux creates processes, on Forklift's own kernel");
    System.out.println();
    Outcome outcome =
        new Machine(config).run(new ProgramSpec("/" + PROGRAM, argv, List.of(), "/", false, 0, 0));
    picture.finish();
    return outcome.exitCode() == 0 && picture.allHeld() ? 0 : 1;
  }

  private static byte[] program() throws IOException {
    try (InputStream in = DemoCommand.class.getResourceAsStream("guest/" + PROGRAM)) {
      if (in == null) {
        throw new IOException("the demo's guest program is missing from this build");
      }
      return in.readAllBytes();
    }
  }
}
