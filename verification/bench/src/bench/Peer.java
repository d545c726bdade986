package bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A way to run a Nios II program: Forklift, or what it is compared with.
///
/// @param prefix what stands before the command
/// @param executing what stands before the command of a program that executes others; empty where
///   it cannot
record Peer(String name, List<String> prefix, List<String> executing) {
  static Peer forklift(Path root) {
    List<String> run = List.of(root.resolve("forklift").toString(), "run");
    return new Peer("forklift", run, run);
  }

  /// QEMU's user mode; children that it executes come back to it through binfmt_misc.
  static Peer qemuUser(Path root, Path qemu) {
    List<String> executing = new ArrayList<>();
    if (isPossible(List.of(withBinfmt(root), qemu.toString(), "true"))) {
      executing.addAll(List.of(withBinfmt(root), qemu.toString(), qemu.toString()));
    }
    return new Peer("qemu-nios2", List.of(qemu.toString()), executing);
  }

  private static String withBinfmt(Path root) {
    return root.resolve("verification/bench/with-binfmt").toString();
  }

  private static boolean isPossible(List<String> command) {
    try {
      return Timed.run(command, Path.of(".")).status() == 0;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  /// The first file of that name on PATH, or null.
  static Path onPath(String name) {
    for (String folder : System.getenv("PATH").split(":")) {
      Path file = Path.of(folder).resolve(name);
      if (Files.isExecutable(file)) {
        return file.toAbsolutePath();
      }
    }
    return null;
  }

  /// Says whether it can run this row at all.
  boolean can(Row row) {
    return !row.executes() || !executing.isEmpty();
  }

  List<String> command(Row row, List<String> command) {
    List<String> all = new ArrayList<>(row.executes() ? executing : prefix);
    all.addAll(command);
    return all;
  }
}
