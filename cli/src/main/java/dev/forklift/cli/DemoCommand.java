package dev.forklift.cli;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.engine.host.HostSignals;
import dev.forklift.kernel.fs.tmpfs.MemoryOrigin;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.fs.tty.WindowSize;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.ProgramSpec;
import dev.forklift.kernel.machine.Stdio;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `forklift demo`: shows how Linux creates processes, with a built-in guest program.
@Command(
    name = "demo",
    description = {
      "Shows how Linux creates processes.",
      "A built-in Nios II program forks, vforks, clones and executes, and checks at each",
      "step that the rules hold. Needs nothing but this checkout."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Exit status: 0 if every rule held, 1 if not, 125 if Forklift itself failed."})
final class DemoCommand implements Callable<Integer> {
  private static final String PROGRAM = "demo";

  @Option(names = "--fast", description = "Do not pause between the steps.")
  private boolean fast;

  @Option(
      names = "--record",
      paramLabel = "FILE.cast",
      description = "Record the picture (asciicast v2).")
  private @Nullable String record;

  @Override
  public Integer call() {
    try {
      return record == null ? show(System.out) : showAndRecord(CommandLineBytes.path(record));
    } catch (IOException e) {
      System.err.println("forklift: " + Main.oneLine(String.valueOf(e.getMessage())));
      return Main.NOT_RUN;
    }
  }

  private int showAndRecord(Path file) throws IOException {
    boolean terminal = HostTerminal.isTerminal(1);
    WindowSize size = terminal ? HostTerminal.screenSize() : CastRecording.USUAL_SIZE;
    try (CastRecording cast = CastRecording.begin(file, size, "forklift demo")) {
      if (terminal) {
        HostSignals.handle("WINCH", () -> cast.resize(HostTerminal.screenSize()));
      }
      // The terminal makes line ends of this itself, behind our back.
      return show(cast.of(System.out, false));
    }
  }

  private int show(OutputStream out) throws IOException {
    byte[] program = program();
    TaskJournal journal = new TaskJournal();
    DemoPicture picture =
        new DemoPicture(
            new PrintStream(out, false, StandardCharsets.UTF_8), PictureStyle.of(1), journal);
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
            .withEvents(journal)
            .withObserver(journal);
    picture.begin();
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
