package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.cred.Namespace;
import dev.forklift.kernel.vfs.AttributeChange;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/// The files that namespaces are to processes (Linux's nsfs): what the links in /proc/PID/ns lead
/// to. Whoever has one open, or has bound it somewhere, keeps the namespace.
public final class NamespaceFiles {
  private static final long MAGIC = 0x6e736673;

  private final NamelessFileSystem nsfs;
  private final Map<Namespace, WeakReference<Inode>> inodes = new WeakHashMap<>();

  public NamespaceFiles(FileSystems systems) {
    nsfs = new NamelessFileSystem(systems, "nsfs", MAGIC);
  }

  /// The place of a namespace's file.
  public VfsPath path(Namespace namespace) {
    WeakReference<Inode> known = inodes.get(namespace);
    Inode inode = known == null ? null : known.get();
    if (inode == null) {
      inode = new NamespaceInode(nsfs, namespace);
      inodes.put(namespace, new WeakReference<>(inode));
    }
    return nsfs.nameless(inode, namespace.text());
  }

  /// Opens a namespace for a task.
  ///
  /// @return the new descriptor
  int open(Task task, Namespace namespace) throws Errno {
    long limit = task.group().limits().soft(ResourceLimits.RLIMIT_NOFILE);
    return task.files()
        .add(new NamespaceFile(path(namespace), OpenFlags.O_RDONLY, namespace), true, limit);
  }

  private static final class NamespaceInode extends Inode {
    private final Namespace namespace;

    NamespaceInode(NamelessFileSystem nsfs, Namespace namespace) {
      super(nsfs, namespace.ino(), new NewInode(FileMode.S_IFREG | 0444, 0, 0, 0));
      this.namespace = namespace;
    }

    @Override
    protected void onFirstHold() {
      namespace.hold();
    }

    @Override
    protected void onLastDrop() {
      namespace.release();
    }

    @Override
    public Namespace standsFor() {
      return namespace;
    }

    /// Nothing about it can be changed.
    @Override
    public void setAttributes(AttributeChange change) throws Errno {
      throw Errno.EPERM;
    }

    @Override
    public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
      if (OpenFlags.writes(flags) || (flags & OpenFlags.O_TRUNC) != 0) {
        throw Errno.EPERM;
      }
      return new NamespaceFile(path, flags, namespace);
    }
  }
}
