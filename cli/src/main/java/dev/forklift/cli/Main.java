package dev.forklift.cli;

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
    subcommands = {RunCommand.class, DemoCommand.class})
public final class Main implements Runnable {
  /// The status of a run that never reached the guest, as `docker run` has it.
  static final int NOT_RUN = 125;

  @Spec private CommandSpec spec;

  /// Runs the command line and ends the JVM with its status.
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setStopAtPositional(true)
        .setParameterExceptionHandler(Main::refuse);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do");
  }

  /// Answers wrong use with one line instead of the whole help text.
  private static int refuse(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    command
        .getErr()
        .printf(
            "forklift: %s (see: %s --help)%n",
            wrong.getMessage(), command.getCommandSpec().qualifiedName());
    return NOT_RUN;
  }
}
