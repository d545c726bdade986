package dev.forklift.cli;

import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.MachineConfig.Release;
import dev.forklift.kernel.machine.ProgramSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a guest is given: its root, folders, environment, identity. Nothing else of the host is
/// visible to it.
final class GuestOptions {
  @Option(
      names = "-L",
      paramLabel = "ROOT",
      description =
          "The guest's root: a folder, or a tar or cpio image (gz, xz). What the guest changes"
              + " there is forgotten at the end, unless :rw follows a folder's name.")
  private @Nullable String root;

  @Option(
      names = "-v",
      paramLabel = "HOST:GUEST[:ro]",
      description = "Show a folder or file of the host at a place in the guest.")
  private List<String> volumes = new ArrayList<>();

  @Option(
      names = {"-e", "-E", "--env"},
      paramLabel = "NAME=VALUE",
      description = "Set an environment variable; NAME alone passes the host's value.")
  private List<String> environment = new ArrayList<>();

  @Option(names = "-w", paramLabel = "DIR", description = "The current folder in the guest.")
  private @Nullable String folder;

  @Option(
      names = "-u",
      paramLabel = "UID[:GID]",
      description = "Who the guest runs as; 0:0 if not given.")
  private @Nullable String user;

  @Option(names = "--init", description = "Make the program pid 1 itself.")
  private boolean asInit;

  @Option(
      names = "--release",
      paramLabel = "6.12|6.18",
      description = "Which Linux release's behaviour to show; 6.12 has no clone3 on nios2.")
  private String release = "6.18";

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description = "How much memory all guest processes may hold together.")
  private @Nullable Long memory;

  /// The files that the guest sees.
  GuestFiles files(String program) throws IOException {
    return GuestFiles.plan(root, volumes, folder, program);
  }

  MachineConfig configure(MachineConfig config) {
    MachineConfig result =
        config.withRelease(release.equals("6.12") ? Release.V6_12 : Release.V6_18);
    Long limit = memory;
    return limit == null ? result : result.withLimits(limit << 20, config.maximumTasks());
  }

  ProgramSpec program(String path, List<String> arguments, String startFolder) {
    int uid = 0;
    int gid = 0;
    String who = user;
    if (who != null) {
      int colon = who.indexOf(':');
      uid = Integer.parseInt(colon < 0 ? who : who.substring(0, colon));
      gid = colon < 0 ? uid : Integer.parseInt(who.substring(colon + 1));
    }
    return new ProgramSpec(path, arguments, environment(), startFolder, asInit, uid, gid);
  }

  private List<String> environment() {
    List<String> result = new ArrayList<>();
    String term = System.getenv("TERM");
    if (term != null) {
      result.add("TERM=" + term);
    }
    for (String entry : environment) {
      int equals = entry.indexOf('=');
      String name = equals < 0 ? entry : entry.substring(0, equals);
      result.removeIf(e -> e.startsWith(name + "="));
      if (equals >= 0) {
        result.add(entry);
      } else if (System.getenv(name) != null) {
        result.add(name + "=" + System.getenv(name));
      }
    }
    return result;
  }
}
