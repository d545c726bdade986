package dev.forklift.kernel.machine;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.calls.TaskQueues;
import dev.forklift.kernel.fs.cgroup.CgroupFileSystem;
import dev.forklift.kernel.fs.sys.SysFileSystem;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.proc.ProcFileSystem;
import dev.forklift.kernel.process.Kernel;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.PathWalk;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// What is mounted before anything of the user's: /proc, /sys and folders for what does not last.
final class BootMounts {
  private static final int ANYBODY = FileMode.S_ISVTX | 0777;

  private final Task caller;
  private final MountNamespace mounts;

  private BootMounts(Task caller, MountNamespace mounts) {
    this.caller = caller;
    this.mounts = mounts;
  }

  static void mount(Kernel kernel, FileSystems systems, FrameBudget budget, MountNamespace mounts)
      throws Errno {
    systems.register(
        "proc",
        caller -> ((Task) caller).pidNamespace().userNamespace(),
        (caller, source, options) -> ProcFileSystem.mountedBy(systems, (Task) caller, options));
    CgroupFileSystem cgroups = new CgroupFileSystem(systems, kernel.cgroups(), budget);
    systems.register(
        "cgroup2",
        caller -> ((Task) caller).namespaces().cgroup().userNamespace(),
        (caller, source, options) -> {
          cgroups.mount(caller, options);
          return cgroups;
        });
    systems.registerOptions(
        "proc", (caller, option) -> ProcFileSystem.checkOption((Task) caller, option));
    systems.registerOptions("cgroup2", (caller, option) -> cgroups.checkOption(option));
    systems.register(
        "mqueue",
        caller -> ((Task) caller).namespaces().ipc().userNamespace(),
        (caller, source, options) -> TaskQueues.of((Task) caller, systems));
    systems.register(
        "sysfs",
        caller -> ((Task) caller).namespaces().net().userNamespace(),
        (caller, source, options) -> new SysFileSystem(systems));
    BootMounts boot = new BootMounts(kernel.idle(), mounts);
    boot.mount("/proc", new ProcFileSystem(systems, kernel, kernel.pids()));
    boot.mount("/sys", new SysFileSystem(systems));
    boot.mount("/tmp", new Tmpfs(systems, "tmpfs", budget, ANYBODY));
    boot.mount("/run", new Tmpfs(systems, "tmpfs", budget, 0755));
  }

  private void mount(String place, FileSystem fileSystem) throws Errno {
    VfsPath folder = folder(place);
    if (folder != null && folder.inode().isDirectory()) {
      var _ = mounts.mount(fileSystem, fileSystem.type(), folder, MountFlags.MS_RELATIME);
    }
  }

  /// The folder, made if it is missing and does not last either; null if there is none.
  private @Nullable VfsPath folder(String place) throws Errno {
    try {
      return PathWalk.lookup(caller, null, place, true);
    } catch (Errno missing) {
      if (!mounts.root().fileSystem().type().equals("tmpfs")) {
        return null;
      }
      DirectoryChanges.mkdir(caller, null, place, FileMode.S_IFDIR | 0755);
      return PathWalk.lookup(caller, null, place, true);
    }
  }
}
