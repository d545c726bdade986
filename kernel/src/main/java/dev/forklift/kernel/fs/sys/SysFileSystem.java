package dev.forklift.kernel.fs.sys;

import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystemStatus;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;

/// /sys of a machine that has one processor and no devices to show (sysfs(5)).
public final class SysFileSystem extends FileSystem {
  private static final long MAGIC = 0x62656572;

  private final SysDirectory top;

  public SysFileSystem(FileSystems systems) {
    super(systems, "sysfs");
    top = folder();
    for (String empty : new String[] {"block", "bus", "firmware", "module"}) {
      top.add(empty, folder());
    }
    top.add("class", folder().add("net", folder().add("lo", link("../../devices/virtual/net/lo"))));
    top.add("dev", folder().add("block", folder()).add("char", folder()));
    top.add("fs", folder().add("cgroup", folder()));
    top.add("kernel", folder().add("cgroup", controlGroups()).add("mm", folder()));
    top.add(
        "devices",
        folder()
            .add("platform", folder())
            .add("system", folder().add("cpu", processors()))
            .add("virtual", folder().add("net", folder().add("lo", loopback()))));
  }

  /// What whoever delegates a part of the tree hands over, and which mount options there are.
  private SysDirectory controlGroups() {
    return folder()
        .add("delegate", file("cgroup.procs\ncgroup.threads\ncgroup.subtree_control\n"))
        .add(
            "features",
            file(
                """
                nsdelegate
                favordynmods
                memory_localevents
                memory_recursiveprot
                memory_hugetlb_accounting
                pids_localevents
                """));
  }

  private SysDirectory processors() {
    return folder()
        .add("cpu0", folder())
        .add("isolated", file("\n"))
        .add("kernel_max", file("0\n"))
        .add("offline", file("\n"))
        .add("online", file("0\n"))
        .add("possible", file("0\n"))
        .add("present", file("0\n"));
  }

  /// The one network interface that there is in every network.
  private SysDirectory loopback() {
    return folder()
        .add("addr_len", file("6\n"))
        .add("address", file("00:00:00:00:00:00\n"))
        .add("broadcast", file("00:00:00:00:00:00\n"))
        .add("ifindex", file("1\n"))
        .add("iflink", file("1\n"))
        .add("mtu", file("65536\n"))
        .add("subsystem", link("../../../../class/net"))
        .add("tx_queue_len", file("1000\n"))
        .add("type", file("772\n"));
  }

  private SysLink link(String target) {
    return new SysLink(this, newIno(), target);
  }

  private SysDirectory folder() {
    return new SysDirectory(this, newIno());
  }

  private SysFile file(String text) {
    return new SysFile(this, newIno(), text);
  }

  @Override
  public boolean isRevealing() {
    return true;
  }

  @Override
  protected Inode rootInode() {
    return top;
  }

  @Override
  public FileSystemStatus status() {
    return FileSystemStatus.simple(MAGIC, blockSize());
  }
}
