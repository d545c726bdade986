package dev.forklift.kernel.fs.cgroup;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cgroup.Cgroup;
import dev.forklift.kernel.cgroup.CgroupAccess;
import dev.forklift.kernel.cgroup.PidsCounter;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.DirectorySink;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.Permissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The folder of a control group: its files, and the folders of the groups below.
final class CgroupDirectory extends Inode implements CgroupAccess {
  private static final int FIRST = 2;

  /// What a group with its files takes of the host's memory, roughly.
  private static final int GROUP_BYTES = 8192;

  private final CgroupFileSystem fileSystem;
  private final Cgroup group;
  private final CgroupFiles table;
  private final CgroupFile procs;
  private final Map<String, CgroupFile> files = new LinkedHashMap<>();
  private final Map<String, CgroupFile> pidsFiles = new LinkedHashMap<>();
  private final Map<String, CgroupDirectory> folders = new LinkedHashMap<>();
  private @Nullable PidsCounter shownPids;

  CgroupDirectory(CgroupFileSystem fileSystem, Cgroup group, NewInode attributes) {
    super(fileSystem, fileSystem.nextIno(), attributes);
    this.fileSystem = fileSystem;
    this.group = group;
    setNlink(FIRST);
    table = new CgroupFiles(fileSystem, group, this);
    table.fill(files);
    CgroupFile members = files.get("cgroup.procs");
    if (members == null) {
      throw new IllegalStateException("a control group without cgroup.procs");
    }
    procs = members;
    group.setAccess(this);
  }

  @Override
  public Cgroup cgroup() {
    return group;
  }

  @Override
  public void requireWrite(Credentials who) throws Errno {
    Permissions.check(who, procs, Permissions.WRITE);
  }

  /// Entries come and go with controllers.
  @Override
  public boolean keepsNames() {
    return false;
  }

  /// All entries, as the controllers that the group has now make them.
  private Map<String, Inode> entries() {
    PidsCounter pids = group.pids();
    if (pids != shownPids) {
      pidsFiles.clear();
      if (pids != null) {
        table.fillPids(pidsFiles, pids);
      }
      shownPids = pids;
    }
    Map<String, Inode> all = new LinkedHashMap<>(files);
    all.putAll(pidsFiles);
    all.putAll(folders);
    return all;
  }

  @Override
  public @Nullable Inode lookup(String name) {
    return entries().get(name);
  }

  @Override
  public long list(long position, DirectorySink sink) {
    int index = FIRST;
    for (Map.Entry<String, Inode> entry : entries().entrySet()) {
      if (index++ < position) {
        continue;
      }
      Inode inode = entry.getValue();
      if (!sink.add(entry.getKey(), inode.ino(), FileMode.directoryType(inode.mode()), index)) {
        return index - 1L;
      }
    }
    return Math.max(position, index);
  }

  @Override
  public Inode make(String name, NewInode attributes) throws Errno {
    if (!FileMode.isDirectory(attributes.mode())) {
      return super.make(name, attributes);
    }
    // /proc/PID/cgroup would not be made of lines any more.
    if (name.indexOf('\n') >= 0) {
      throw Errno.EINVAL;
    }
    if (!fileSystem.budget().take(GROUP_BYTES)) {
      throw Errno.ENOMEM;
    }
    Cgroup made;
    try {
      made = fileSystem.tree().make(group, name);
    } catch (Errno refused) {
      fileSystem.budget().giveBack(GROUP_BYTES);
      throw refused;
    }
    CgroupDirectory folder = new CgroupDirectory(fileSystem, made, attributes);
    folders.put(name, folder);
    setNlink(nlink() + 1);
    touchModified();
    return folder;
  }

  @Override
  public void rmdir(String name, Inode victim) throws Errno {
    CgroupDirectory folder = (CgroupDirectory) victim;
    fileSystem.tree().remove(folder.group);
    folders.remove(name);
    fileSystem.budget().giveBack(GROUP_BYTES);
    folder.setNlink(0);
    setNlink(nlink() - 1);
    touchModified();
  }
}
