package dev.forklift.junit;

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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/// Runs a program of Linux to its end.
final class ProgramRunner {
  private static final int KILL = 9;
  private static final int WRITABLE_BY_ALL = 01777;

  private ProgramRunner() {}

  static ProgramRun run(GuestProgram wanted, TestFiles files) {
    String name = String.valueOf(Path.of(wanted.value()).getFileName());
    Origin root = root(name, files.read(wanted.value()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    byte[] input = wanted.input().getBytes(StandardCharsets.UTF_8);
    Machine machine;
    try {
      machine =
          new Machine(
              MachineConfig.of(
                  abi(),
                  (systems, budget) -> new Tmpfs(systems, "tmpfs", budget, root),
                  new Stdio(new ByteArrayInputStream(input), out, err)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    List<String> arguments = new ArrayList<>(List.of("./" + name));
    arguments.addAll(List.of(wanted.arguments()));
    machine.start(
        new ProgramSpec(
            "./" + name, arguments, List.of(wanted.environment()), "/job", false, 0, 0));
    try (Patience patience =
        new Patience(wanted.patienceSeconds(), () -> machine.signalProgram(KILL, true))) {
      Outcome outcome = machine.await();
      if (patience.isOver()) {
        throw new AssertionError(
            "%s has not ended in %d s; so far it has written: %s%s"
                .formatted(name, wanted.patienceSeconds(), text(out), text(err)));
      }
      if (outcome.notStarted() != null) {
        throw new ParameterResolutionException(
            wanted.value() + " cannot be executed: " + outcome.notStarted());
      }
      return new ProgramRun(text(out), text(err), outcome.exitCode());
    }
  }

  private static Origin root(String name, byte[] program) {
    return MemoryOrigin.folder(0755)
        .with("dev", MemoryOrigin.folder(0755))
        .with("proc", MemoryOrigin.folder(0555))
        .with("tmp", MemoryOrigin.folder(WRITABLE_BY_ALL))
        .with("job", MemoryOrigin.folder(0755).with(name, MemoryOrigin.file(0755, program)));
  }

  private static LinuxAbi abi() {
    return ServiceLoader.load(LinuxAbi.class, LinuxAbi.class.getClassLoader())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no CPU"));
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
