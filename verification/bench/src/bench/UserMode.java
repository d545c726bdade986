package bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What runs a program beside others on this machine.
///
/// @param prefix what stands before the command
/// @param executing what stands before the command of a program that executes others; empty where
///   it cannot
record UserMode(String name, List<String> prefix, List<String> executing) implements Peer {
  static UserMode forklift(Path root) {
    List<String> run = List.of(root.resolve("forklift").toString(), "run");
    return new UserMode("forklift", run, run);
  }

  /// QEMU's user mode; children that it executes come back to it through binfmt_misc.
  static UserMode qemu(Path root, Path qemu) {
    String withBinfmt = root.resolve("verification/bench/with-binfmt").toString();
    List<String> executing = new ArrayList<>();
    if (isPossible(List.of(withBinfmt, qemu.toString(), "true"))) {
      executing.addAll(List.of(withBinfmt, qemu.toString(), qemu.toString()));
    }
    return new UserMode("qemu-nios2", List.of(qemu.toString()), executing);
  }

  private static boolean isPossible(List<String> command) {
    try {
      return Timed.run(command, Path.of(".")).status() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String obstacle(Row row) {
    return row.executes() && executing.isEmpty()
        ? "a program under QEMU cannot execute others here"
        : null;
  }

  @Override
  public Timed run(Row row, List<String> command, Path folder) throws IOException {
    List<String> all = new ArrayList<>(row.executes() ? executing : prefix);
    all.addAll(command);
    return Timed.run(all, folder);
  }
}
