package bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A Linux that is booted on a whole board for each run. What counts is the time of the row's command
/// there, taken by its marks on the console; for the row `boot` the time from the start to the first
/// mark; for `restored` that from the start to the last, where `restoring` has somebody who need not boot.
///
/// @param prefix starts the machine; kernel, device tree and console are among it
/// @param option what stands before the word `initrd`
/// @param restoring starts a machine as it was when a command began, saving it first if need be; null
///   where the machine boots each time
record BootedLinux(String name, List<String> prefix, String option, Snapshot restoring)
    implements Peer {
  private static final String APPEND = "console=ttyS0,115200 rdinit=/init quiet";
  private static final String BEGIN = "@@begin@@";
  private static final String END = "@@end ";
  private static final int PATIENCE_SECONDS = 900;
  private static final int ALIGNMENT = 4096;
  private static final String INIT =
      """
      #!/bin/busybox sh
      /bin/busybox mount -t proc proc /proc
      cd /job
      echo @@begin@@
      %s
      echo "@@end $?@@"
      while :; do /bin/busybox sleep 100; done
      """;

  /// A machine saved in a file.
  ///
  /// @param saving the options that save it when a command begins
  record Snapshot(List<String> saving, List<String> restoring) {}

  static BootedLinux forklift(Path root, Path kernel, Path tree) {
    String forklift = root.resolve("forklift").toString();
    return new BootedLinux(
        "forklift",
        List.of(
            forklift,
            "boot",
            "--kernel",
            kernel.toString(),
            "--dtb",
            tree.toString(),
            "--append",
            APPEND),
        "--",
        new Snapshot(List.of("--save-on", BEGIN, "--save"), List.of(forklift, "boot", "--restore")));
  }

  static BootedLinux qemu(Path qemu, Path kernel, Path tree) {
    return new BootedLinux(
        "qemu-system",
        List.of(
            qemu.toString(),
            "-M",
            "10m50-ghrd",
            "-dtb",
            tree.toString(),
            "-kernel",
            kernel.toString(),
            "-append",
            APPEND,
            "-display",
            "none",
            "-monitor",
            "none",
            "-serial",
            "stdio"),
        "-",
        null);
  }

  @Override
  public String obstacle(Row row) {
    return null;
  }

  @Override
  public Timed run(Row row, List<String> command, Path folder) throws IOException {
    List<String> booting = new ArrayList<>(prefix);
    booting.add(option + "initrd");
    booting.add(initramfs(command, folder).toString());
    boolean toTheEnd = row.needs().contains("restored");
    if (!toTheEnd || restoring == null) {
      Marks marks = watch(booting, folder);
      double from = row.needs().contains("boot") || toTheEnd ? 0 : marks.begin;
      double to = row.needs().contains("boot") ? marks.begin : marks.end;
      return new Timed(to - from, marks.status, marks.output);
    }
    Path file = folder.resolve("saved-" + folder.relativize(Path.of(booting.getLast())));
    if (!Files.exists(file)) {
      booting.addAll(restoring.saving);
      booting.add(file.toString());
      Timed.run(booting, folder);
    }
    List<String> all = new ArrayList<>(restoring.restoring);
    all.add(file.toString());
    Marks marks = watch(all, folder);
    return new Timed(marks.end, marks.status, marks.output);
  }

  /// What the console showed, and when, in seconds after the start.
  private record Marks(double begin, double end, int status, String output) {}

  private static Marks watch(List<String> command, Path folder) throws IOException {
    long start = System.nanoTime();
    Process machine =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .execute(machine::destroyForcibly);
    try (BufferedReader console = machine.inputReader(StandardCharsets.ISO_8859_1)) {
      double begin = 0;
      StringBuilder output = new StringBuilder();
      for (String line = console.readLine(); line != null; line = console.readLine()) {
        double now = (System.nanoTime() - start) / 1e9;
        if (line.startsWith(BEGIN)) {
          begin = now;
          output.setLength(0);
        } else if (line.startsWith(END)) {
          String status = line.substring(END.length(), line.indexOf("@@", END.length()));
          return new Marks(begin, now, Integer.parseInt(status), output.toString());
        } else {
          output.append(line).append('\n');
        }
      }
      throw new IOException("the machine ended before its command: " + command);
    } finally {
      machine.destroyForcibly();
      machine.onExit().join();
    }
  }

  /// An initial file system with BusyBox, the command's program, and an init that runs the command.
  private static Path initramfs(List<String> command, Path folder) throws IOException {
    Path program = Path.of(command.get(1));
    List<String> words = new ArrayList<>(command.subList(1, command.size()));
    words.set(0, "./" + program.getFileName());
    String line = String.join(" ", words);
    String name = "initramfs-" + line.replaceAll("[^a-zA-Z0-9]+", "-");
    Path archive = folder.resolve(name + ".cpio");
    if (Files.exists(archive)) {
      return archive;
    }
    Path files = Files.createDirectories(folder.resolve(name));
    for (String empty : List.of("bin", "job", "proc", "dev")) {
      Files.createDirectories(files.resolve(empty));
    }
    copyProgram(Path.of(command.getFirst()), files.resolve("bin/busybox"));
    copyProgram(program, files.resolve("job").resolve(program.getFileName()));
    Path init = Files.writeString(files.resolve("init"), INIT.formatted(line));
    init.toFile().setExecutable(true);
    // QEMU puts the device tree right behind it, where the kernel wants it aligned.
    List<String> packing =
        List.of(
            "sh",
            "-c",
            "find . | cpio -o -H newc --quiet >\"$0.part\" && truncate -s %" + ALIGNMENT
                + " \"$0.part\" && mv \"$0.part\" \"$0\"",
            archive.toString());
    if (Timed.run(packing, files).status() != 0) {
      throw new IOException("no initramfs could be made; Debian's package cpio has what is needed");
    }
    return archive;
  }

  private static void copyProgram(Path from, Path to) throws IOException {
    if (!Files.exists(to)) {
      Files.copy(from, to);
      to.toFile().setExecutable(true);
    }
  }
}
