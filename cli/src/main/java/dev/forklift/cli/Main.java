package dev.forklift.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The `forklift` command. Its subcommands do the work; this class only says what they share: how
/// wrong use is answered, and the version.
@Command(
    name = "forklift",
    description = "Runs Linux programs built for Nios II.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      DemoCommand.class,
      ExplainCommand.class,
      RootCommand.class,
      SyscallsCommand.class
    })
public final class Main implements Runnable {
  /// The status of a run that never reached the guest, as `docker run` has it.
  static final int NOT_RUN = 125;

  @Spec private CommandSpec spec;

  /// Runs the command line and ends the JVM with its status.
  public static void main(String[] args) {
    int status;
    try {
      String[] words = CommandLineBytes.arguments(args);
      RunCommand usual = UsualRun.read(words);
      status = usual == null ? commandLine().execute(words) : usual.call();
    } catch (Throwable e) {
      status = failed(e);
    }
    System.exit(status);
  }

  static CommandLine commandLine() {
    CommandLine command = new CommandLine(new Main());
    // What stands behind the program is the program's.
    Objects.requireNonNull(command.getSubcommands().get("run")).setStopAtPositional(true);
    return command
        // What begins with @ is the guest's.
        .setExpandAtFiles(false)
        .setErr(standardError())
        .setExecutionExceptionHandler((e, failing, parsed) -> failed(e))
        .setParameterExceptionHandler(Main::refuse);
  }

  /// One char a byte, as names of the host are kept.
  static PrintWriter standardError() {
    return new PrintWriter(System.err, true, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do");
  }

  /// A message without what would break its line: names may hold anything.
  static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    text.chars()
        .forEach(c -> {
          if (c < ' ' || c == 0x7f) {
            line.append("\\x%02x".formatted(c));
          } else {
            line.append((char) c);
          }
        });
    return line.toString();
  }

  /// A failure of Forklift's own, or of the host's: one line, and the rest for those who ask.
  private static int failed(Throwable e) {
    System.err.println("forklift: failed: " + e);
    if (System.getenv("FORKLIFT_DEBUG") != null) {
      e.printStackTrace();
    } else {
      System.err.println("forklift: FORKLIFT_DEBUG=1 shows where; please report it");
    }
    return NOT_RUN;
  }

  /// Answers wrong use with one line instead of the whole help text.
  private static int refuse(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    command
        .getErr()
        .printf(
            "forklift: %s (see: %s --help)%n",
            oneLine(String.valueOf(wrong.getMessage())), command.getCommandSpec().qualifiedName());
    return NOT_RUN;
  }
}
