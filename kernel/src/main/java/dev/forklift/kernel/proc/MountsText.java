package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Dentry;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.Mount;
import dev.forklift.kernel.vfs.PathNames;
import dev.forklift.kernel.vfs.VfsPath;

/// /proc/PID/mounts and mountinfo: the mounts below a task's root.
final class MountsText {
  private MountsText() {}

  static String mounts(Task task) {
    StringBuilder out = new StringBuilder();
    for (Mount mount : task.namespaces().mnt().mounts()) {
      PathNames place = PathNames.of(mount.rootPath(), task.fs().root());
      if (place.reachable()) {
        FileSystem fileSystem = mount.fileSystem();
        out.append(escaped(mount.source()))
            .append(' ')
            .append(escaped(place.text()))
            .append(' ')
            .append(escaped(fileSystem.type()))
            .append(mount.isReadOnly() ? " ro" : " rw")
            .append(options(mount))
            .append(fileSystem.shownOptions())
            .append(" 0 0\n");
      }
    }
    return out.toString();
  }

  static String mountinfo(Task task) {
    StringBuilder out = new StringBuilder();
    for (Mount mount : task.namespaces().mnt().mounts()) {
      PathNames place = PathNames.of(mount.rootPath(), task.fs().root());
      if (place.reachable()) {
        FileSystem fileSystem = mount.fileSystem();
        VfsPath above = mount.mountpoint();
        out.append(mount.id())
            .append(' ')
            .append(above == null ? mount.id() : above.mount().id())
            .append(' ')
            .append(DeviceNumber.major(fileSystem.device()))
            .append(':')
            .append(DeviceNumber.minor(fileSystem.device()))
            .append(' ')
            .append(escaped(fileSystem.rootName(task, mount.root().inode(), inside(mount.root()))))
            .append(' ')
            .append(escaped(place.text()))
            .append(mount.has(MountFlags.MS_RDONLY) ? " ro" : " rw")
            .append(options(mount))
            .append(mount.optionalFields())
            .append(" - ")
            .append(escaped(fileSystem.type()))
            .append(' ')
            .append(escaped(mount.source()))
            .append(fileSystem.isReadOnly() ? " ro" : " rw")
            .append(fileSystem.shownOptions())
            .append('\n');
      }
    }
    return out.toString();
  }

  private static String options(Mount mount) {
    StringBuilder out = new StringBuilder();
    // spotless:off
    option(out, mount, MountFlags.MS_NOSUID,      ",nosuid");
    option(out, mount, MountFlags.MS_NODEV,       ",nodev");
    option(out, mount, MountFlags.MS_NOEXEC,      ",noexec");
    option(out, mount, MountFlags.MS_NOATIME,     ",noatime");
    option(out, mount, MountFlags.MS_NODIRATIME,  ",nodiratime");
    option(out, mount, MountFlags.MS_RELATIME,    ",relatime");
    option(out, mount, MountFlags.MS_NOSYMFOLLOW, ",nosymfollow");
    // spotless:on
    return out.toString();
  }

  private static void option(StringBuilder out, Mount mount, int flag, String name) {
    if (mount.has(flag)) {
      out.append(name);
    }
  }

  /// The part of the file system that is mounted.
  private static String inside(Dentry root) {
    if (root.inode().standsFor() != null) {
      return root.name();
    }
    StringBuilder name = new StringBuilder();
    Dentry at = root;
    for (Dentry up = at.parent(); up != null; up = at.parent()) {
      name.insert(0, at.name()).insert(0, '/');
      at = up;
    }
    return name.isEmpty() ? "/" : name.toString();
  }

  private static String escaped(String name) {
    return name.replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012")
        .replace("#", "\\043");
  }
}
