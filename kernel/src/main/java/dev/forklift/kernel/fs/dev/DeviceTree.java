package dev.forklift.kernel.fs.dev;

import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import java.util.List;

/// What is in /dev when a kernel starts.
public final class DeviceTree {
  /// A character device.
  public record Node(String name, int permissions, int major, int minor) {}

  // spotless:off
  private static final List<Node> NODES = List.of(
      new Node("null",    0666, MemoryDevices.MAJOR, MemoryDevices.NULL),
      new Node("zero",    0666, MemoryDevices.MAJOR, MemoryDevices.ZERO),
      new Node("full",    0666, MemoryDevices.MAJOR, MemoryDevices.FULL),
      new Node("random",  0666, MemoryDevices.MAJOR, MemoryDevices.RANDOM),
      new Node("urandom", 0666, MemoryDevices.MAJOR, MemoryDevices.URANDOM),
      new Node("tty",     0666, 5, 0),
      new Node("console", 0600, 5, 1),
      new Node("ptmx",    0666, 5, 2));
  // spotless:on

  private DeviceTree() {}

  /// Makes all nodes, links and folders in an empty file system.
  public static void populate(Tmpfs dev) {
    Inode top = dev.root().inode();
    try {
      for (Node node : NODES) {
        long rdev = DeviceNumber.of(node.major, node.minor);
        top.make(node.name, new NewInode(FileMode.S_IFCHR | node.permissions, 0, 0, rdev));
      }
      link(top, "fd", "/proc/self/fd");
      link(top, "stdin", "/proc/self/fd/0");
      link(top, "stdout", "/proc/self/fd/1");
      link(top, "stderr", "/proc/self/fd/2");
      top.make("shm", new NewInode(FileMode.S_IFDIR | FileMode.S_ISVTX | 0777, 0, 0, 0));
      top.make("pts", new NewInode(FileMode.S_IFDIR | 0755, 0, 0, 0));
    } catch (Errno e) {
      throw new IllegalStateException("cannot populate /dev", e);
    }
  }

  private static void link(Inode top, String name, String target) throws Errno {
    top.makeSymlink(name, target, new NewInode(FileMode.S_IFLNK | 0777, 0, 0, 0));
  }
}
