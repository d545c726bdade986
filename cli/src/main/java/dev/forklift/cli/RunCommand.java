package dev.forklift.cli;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.ProgramSpec;
import dev.forklift.kernel.machine.Stdio;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
      "",
      "Exit status: that of the program, 128+N if signal N killed it; 125 if Forklift itself",
      "failed, 126 if the program cannot be executed, 127 if it cannot be found."
    })
final class RunCommand implements Callable<Integer> {
  @Mixin private GuestOptions guest = new GuestOptions();

  @Option(
      names = {"--trace", "-strace"},
      description = "Print the guest's system calls on stderr.")
  private boolean trace;

  @Option(
      names = "--verbose",
      description = "Say on stderr what is missing: each unknown system call once.")
  private boolean verbose;

  @Option(
      names = {"-0", "--argv0"},
      paramLabel = "NAME",
      description = "The name that the program gets as argv[0].")
  private @Nullable String argv0;

  @Parameters(index = "0", paramLabel = "PROGRAM", description = "In the guest or on the host.")
  private String program = "";

  @Parameters(index = "1..*", paramLabel = "ARG", description = "The program's arguments.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    GuestFiles files;
    try {
      files = guest.files(program);
    } catch (IOException e) {
      System.err.println("forklift: " + e.getMessage());
      return Main.NOT_RUN;
    }
    List<String> argv = new ArrayList<>();
    argv.add(HostNames.toGuest(argv0 != null ? argv0 : program));
    arguments.forEach(argument -> argv.add(HostNames.toGuest(argument)));
    MachineConfig config =
        guest.configure(
            MachineConfig.of(
                new Nios2Linux(),
                files,
                new Stdio(
                    new FileInputStream(FileDescriptor.in),
                    new FileOutputStream(FileDescriptor.out),
                    new FileOutputStream(FileDescriptor.err))));
    try {
      Machine machine = new Machine(config);
      Outcome outcome = machine.run(guest.program(files.programPath(), argv, files.folder()));
      return report(outcome);
    } catch (IOException e) {
      System.err.println("forklift: " + e.getMessage());
      return Main.NOT_RUN;
    }
  }

  private int report(Outcome outcome) {
    Errno refused = outcome.notStarted();
    if (refused != null) {
      System.err.println("forklift: " + program + ": " + refused.getMessage());
    }
    return outcome.exitCode();
  }
}
