package dev.forklift.verify;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.fs.tmpfs.MemoryOrigin;
import dev.forklift.kernel.fs.tmpfs.Origin;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.ProgramSpec;
import dev.forklift.kernel.machine.Stdio;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One run of a guest program on Forklift's kernel, in this JVM: what it printed and how it ended.
///
/// @param out standard output, one char a byte
/// @param err standard error
record GuestRun(String out, String err, Outcome outcome) {
  private static final long LIMIT_MILLIS = 120_000;

  /// A root with the usual empty folders and one program in `/job`.
  static Origin rootWith(String name, Path program) throws IOException {
    return rootWith(name, Files.readAllBytes(program));
  }

  static Origin rootWith(String name, byte[] program) {
    return MemoryOrigin.folder(0755)
        .with("dev", MemoryOrigin.folder(0755))
        .with("proc", MemoryOrigin.folder(0555))
        .with("tmp", MemoryOrigin.folder(01777))
        .with("job", MemoryOrigin.folder(0755).with(name, MemoryOrigin.file(0755, program)));
  }

  /// Runs a program to its end.
  static GuestRun of(Origin root, ProgramSpec program, String input) throws Exception {
    return of(root, program, input, UnaryOperator.identity());
  }

  /// Runs a program to its end, on a machine that differs from others by `change`.
  static GuestRun of(
      Origin root, ProgramSpec program, String input, UnaryOperator<MachineConfig> change)
      throws Exception {
    return of(new Nios2Linux(), root, program, input, change);
  }

  /// Runs a program to its end on such a CPU.
  static GuestRun on(LinuxAbi abi, Origin root, ProgramSpec program) throws Exception {
    return of(abi, root, program, "", UnaryOperator.identity());
  }

  /// Runs a program to its end on such a CPU, on a machine that differs from others by `change`.
  static GuestRun of(
      LinuxAbi abi,
      Origin root,
      ProgramSpec program,
      String input,
      UnaryOperator<MachineConfig> change)
      throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    byte[] bytes = input.getBytes(StandardCharsets.ISO_8859_1);
    MachineConfig config =
        MachineConfig.of(
            abi,
            (systems, budget) -> new Tmpfs(systems, "tmpfs", budget, root),
            new Stdio(new ByteArrayInputStream(bytes), out, err));
    Machine machine = new Machine(change.apply(config));
    machine.start(program);
    Outcome outcome;
    try {
      outcome = RunningMachine.of(machine).end(LIMIT_MILLIS);
    } catch (TimeoutException e) {
      throw new AssertionError(
          program.path() + " does not end; so far it printed:\n" + text(out) + text(err), e);
    }
    return new GuestRun(text(out), text(err), outcome);
  }

  /// Why it could not be executed, or null.
  @Nullable Errno notStarted() {
    return outcome.notStarted();
  }

  /// A program started in `/job` with these arguments and environment, as root.
  static ProgramSpec program(String name, List<String> arguments, List<String> environment) {
    java.util.ArrayList<String> argv = new java.util.ArrayList<>(List.of("./" + name));
    argv.addAll(arguments);
    return new ProgramSpec("./" + name, argv, environment, "/job", false, 0, 0);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
