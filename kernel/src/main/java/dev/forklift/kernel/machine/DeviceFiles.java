package dev.forklift.kernel.machine;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.fs.dev.DeviceTree;
import dev.forklift.kernel.fs.dev.MemoryDevices;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.fs.tty.PseudoTerminals;
import dev.forklift.kernel.fs.tty.Terminal;
import dev.forklift.kernel.fs.tty.TerminalDevices;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.PathWalk;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The devices of a machine, and the file systems that show them.
final class DeviceFiles {
  private static final long ANY_SIZE = 1L << 44;
  private static final int ROOT_FOLDER = 0755;
  private static final int ANYBODY = 01777;

  private final Tmpfs devices;
  private final Tmpfs sharedMemory;
  private final PseudoTerminals pseudoTerminals;

  DeviceFiles(
      FileSystems systems,
      FrameBudget budget,
      RandomSource random,
      TaskJobs jobs,
      Credentials root,
      @Nullable Terminal console) {
    int pageShift = Integer.numberOfTrailingZeros(systems.blockSize());
    MemoryDevices.register(
        systems, random, () -> new MemoryFile(budget, pageShift, null, ANY_SIZE));
    PseudoTerminals.Count count = new PseudoTerminals.Count();
    pseudoTerminals = PseudoTerminals.ofSystem(systems, jobs, count, root);
    TerminalDevices.register(systems, jobs, console);
    devices = new Tmpfs(systems, "devtmpfs", budget, ROOT_FOLDER);
    sharedMemory = new Tmpfs(systems, "tmpfs", budget, ANYBODY);
    DeviceTree.populate(devices);
    systems.register("devtmpfs", (caller, source, options) -> devices);
    systems.register(
        "devpts",
        caller -> caller.credentials().userNamespace(),
        (caller, source, options) ->
            PseudoTerminals.mounted(systems, jobs, count, options, caller.credentials()));
    systems.registerOptions("devpts", (caller, option) -> {}); // they are looked at all together
    // ramfs is what tmpfs is without a limit, and memory has one here in any case.
    for (String type : List.of("tmpfs", "ramfs")) {
      systems.register(
          type,
          caller -> caller.credentials().userNamespace(),
          (caller, source, options) ->
              Tmpfs.withOptions(systems, type, budget, options, caller.credentials()));
      systems.registerOptions(
          type, (caller, option) -> Tmpfs.checkOption(budget, option, caller.credentials()));
    }
  }

  /// Mounts them where programs look for them.
  void mount(Caller caller, MountNamespace mounts) throws Errno {
    mount(caller, mounts, devices, "/dev");
    mount(caller, mounts, pseudoTerminals, "/dev/pts");
    mount(caller, mounts, sharedMemory, "/dev/shm");
  }

  private static void mount(
      Caller caller, MountNamespace mounts, FileSystem fileSystem, String place) throws Errno {
    try {
      DirectoryChanges.mkdir(caller, null, place, ROOT_FOLDER);
    } catch (Errno e) {
      if (e != Errno.EEXIST) {
        throw e;
      }
    }
    VfsPath folder = PathWalk.lookup(caller, null, place, true);
    var _ = mounts.mount(fileSystem, fileSystem.type(), folder, MountFlags.MS_RELATIME);
  }
}
