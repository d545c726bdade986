package dev.forklift.kernel.vfs;

import dev.forklift.kernel.abi.Errno;

/// A task's root, current folder and umask (`fs_struct`), which CLONE_FS shares.
public final class FsContext {
  private VfsPath root;
  private VfsPath cwd;
  private int umask;
  private int users = 1;
  private int executions;

  public FsContext(VfsPath root, VfsPath cwd, int umask) {
    this.root = root;
    this.cwd = cwd;
    this.umask = umask;
    root.hold();
    cwd.hold();
  }

  /// Another task uses this one too.
  public FsContext share() {
    users++;
    return this;
  }

  /// A copy for another task.
  public FsContext fork() {
    return new FsContext(root, cwd, umask);
  }

  /// A task uses it no more.
  public void release() {
    if (--users == 0) {
      root.drop();
      cwd.drop();
    }
  }

  /// Says whether more than one task uses it.
  public boolean isShared() {
    return users > 1;
  }

  /// A task that shares it with none but `sharers`, itself among them, begins to execute a program.
  ///
  /// @return whether that is so; nobody may then begin to share it before [#endExec]
  public boolean beginExec(int sharers) {
    boolean own = users <= sharers;
    if (own) {
      executions++;
    }
    return own;
  }

  public void endExec() {
    executions--;
  }

  /// Says whether one of those who use it is executing a program (`fs->in_exec`).
  public boolean isInExec() {
    return executions > 0;
  }

  public VfsPath root() {
    return root;
  }

  public VfsPath cwd() {
    return cwd;
  }

  public int umask() {
    return umask;
  }

  /// Sets the umask and answers the old one.
  public int setUmask(int newMask) {
    int old = umask;
    umask = newMask & 0777;
    return old;
  }

  public void setRoot(VfsPath newRoot) {
    newRoot.hold();
    root.drop();
    root = newRoot;
  }

  public void setCwd(VfsPath folder) {
    folder.hold();
    cwd.drop();
    cwd = folder;
  }

  /// What getcwd(2) answers.
  public String cwdName() throws Errno {
    return PathNames.currentFolder(this);
  }

  /// Says whether its root is another than that of the mounts that its task sees (chroot(2)).
  public boolean isChrooted(MountNamespace mounts) {
    return !root.equals(MountNamespace.topmost(mounts.root().rootPath()));
  }
}
