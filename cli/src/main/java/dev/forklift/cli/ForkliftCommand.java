package dev.forklift.cli;

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
      BootCommand.class,
      DemoCommand.class,
      DisasmCommand.class,
      ExplainCommand.class,
      RootCommand.class,
      SyscallsCommand.class
    })
final class ForkliftCommand implements Runnable {
  @Spec private CommandSpec spec;

  static CommandLine commandLine() {
    CommandLine command = new CommandLine(new ForkliftCommand());
    // What stands behind the program is the program's.
    Objects.requireNonNull(command.getSubcommands().get("run")).setStopAtPositional(true);
    return command
        // What begins with @ is the guest's.
        .setExpandAtFiles(false)
        .setErr(Main.standardError())
        .setExecutionExceptionHandler((e, failing, parsed) -> Main.failed(e))
        .setParameterExceptionHandler(ForkliftCommand::refuse);
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
            Main.oneLine(String.valueOf(wrong.getMessage())),
            command.getCommandSpec().qualifiedName());
    return Main.NOT_RUN;
  }
}
