package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.kernel.fs.image.ImageCache;
import dev.forklift.kernel.fs.tmpfs.MemoryOrigin;
import dev.forklift.kernel.fs.tmpfs.Origin;
import dev.forklift.kernel.machine.ProgramSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Runs files of `verification/programs` in a real root file system, as `check-real-kernel` there
/// runs them on a real kernel.
final class RealPrograms {
  static final Path FOLDER = Checkout.ROOT.resolve("verification/programs");

  private final Origin root;

  /// @param cache where the root file system is unpacked
  RealPrograms(Path cache) throws IOException {
    root = new ImageCache(cache, line -> {}).root(Checkout.material("nios2/rootfs.tar.xz"));
  }

  /// Runs a command in an empty folder of a machine of its own, evaluated.
  ///
  /// @param job what `/job` holds
  /// @return what it wrote to standard output and standard error together
  String run(List<Path> job, String... command) throws Exception {
    return run(new Evaluator(), job, command);
  }

  /// Runs a command in an empty folder of a machine of its own.
  ///
  /// @param job what `/job` holds
  /// @return what it wrote to standard output and standard error together
  String run(Engine engine, List<Path> job, String... command) throws Exception {
    MemoryOrigin folder = MemoryOrigin.folder(0755);
    for (Path file : job) {
      byte[] bytes = Files.readAllBytes(file);
      folder.with(file.getFileName().toString(), MemoryOrigin.file(0755, bytes));
    }
    String shell = "mkdir /tmp/w; cd /tmp/w; exec " + String.join(" ", command) + " 2>&1";
    GuestRun run =
        GuestRun.of(
            new RootWithJob(root, folder),
            new ProgramSpec(
                "/bin/busybox",
                List.of("sh", "-c", shell),
                List.of("PATH=/bin:/sbin:/usr/bin:/usr/sbin", "HOME=/"),
                "/",
                false,
                0,
                0),
            "",
            config -> config.withEngine(engine));
    assertThat(run.notStarted()).isNull();
    return run.out();
  }

  /// What the real kernel prints for a program or script.
  static String expected(String name) throws IOException {
    return Files.readString(FOLDER.resolve(name + ".expected"), StandardCharsets.ISO_8859_1);
  }
}
