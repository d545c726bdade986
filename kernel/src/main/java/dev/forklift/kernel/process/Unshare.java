package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.FsContext;

/// Gives the calling task parts of its own for those that it shares with others (unshare(2)).
///
/// The checks stand in Linux's order, because the first one that fails decides the error; nothing
/// is changed before all have passed.
public final class Unshare {
  private static final long KNOWN =
      CloneFlags.CLONE_THREAD
          | CloneFlags.CLONE_FS
          | CloneFlags.CLONE_SIGHAND
          | CloneFlags.CLONE_VM
          | CloneFlags.CLONE_FILES
          | CloneFlags.CLONE_SYSVSEM
          | CloneFlags.CLONE_NEWUSER
          | NewNamespaces.FLAGS;

  private final Task task;
  private final long flags;

  private Unshare(Task task, long flags) {
    this.task = task;
    this.flags = flags;
  }

  /// Gives the calling task its own of what it shares.
  ///
  /// @param flags of clone(2)
  public static void unshare(Task task, long flags) throws Errno {
    Unshare call = new Unshare(task, withImplied(flags));
    call.checkPrivilege();
    call.checkFlags();
    call.apply();
  }

  private static long withImplied(long asked) {
    long flags = asked;
    if ((flags & CloneFlags.CLONE_NEWUSER) != 0) {
      flags |= CloneFlags.CLONE_THREAD | CloneFlags.CLONE_FS;
    }
    if ((flags & CloneFlags.CLONE_VM) != 0) {
      flags |= CloneFlags.CLONE_SIGHAND;
    }
    if ((flags & CloneFlags.CLONE_SIGHAND) != 0) {
      flags |= CloneFlags.CLONE_THREAD;
    }
    if ((flags & CloneFlags.CLONE_NEWNS) != 0) {
      flags |= CloneFlags.CLONE_FS;
    }
    return flags;
  }

  private boolean has(long flag) {
    return (flags & flag) != 0;
  }

  private void checkPrivilege() throws Errno {
    if (has(CloneFlags.CLONE_NEWUSER) && !CloneChecks.mayMakeUserNamespaces(task)) {
      throw Errno.EPERM;
    }
  }

  /// A task cannot leave its process, so it may ask for what only a process has if it is alone in
  /// it.
  private void checkFlags() throws Errno {
    if (has(~KNOWN)) {
      throw Errno.EINVAL;
    }
    if (has(CloneFlags.CLONE_THREAD) && task.group().threads().size() > 1) {
      throw Errno.EINVAL;
    }
    if (has(CloneFlags.CLONE_SIGHAND) && task.handlers().users() > 1) {
      throw Errno.EINVAL;
    }
    if (has(CloneFlags.CLONE_VM) && task.memory().users() > 1) {
      throw Errno.EINVAL;
    }
  }

  private void apply() throws Errno {
    try (Undo undo = new Undo()) {
      FsContext fs = task.fs();
      if (has(CloneFlags.CLONE_FS) && fs.isShared()) {
        fs = fs.fork();
        undo.onFailure(fs::release);
      }
      FileDescriptors files = task.files();
      if (has(CloneFlags.CLONE_FILES) && files.isShared()) {
        files = files.fork();
        undo.onFailure(files::release);
      }
      Credentials credentials = newCredentials(undo);
      Namespaces namespaces = null;
      if (has(NewNamespaces.FLAGS)) {
        Refusal refused = CloneRule::errno;
        NewNamespaces.requirePermission(task, credentials.userNamespace(), refused);
        namespaces = NewNamespaces.make(task, flags, credentials.userNamespace(), fs, refused);
      }
      undo.keep();
      if (has(CloneFlags.CLONE_SYSVSEM | CloneFlags.CLONE_NEWIPC)) {
        task.leaveSemUndo();
      }
      if (namespaces != null) {
        task.switchNamespaces(namespaces);
      }
      if (fs != task.fs()) {
        task.fs().release();
        task.setFs(fs);
      }
      if (files != task.files()) {
        task.files().release();
        task.setFiles(files);
      }
      if (credentials != task.credentials()) {
        CredentialChange.commit(task, credentials);
      }
    }
  }

  private Credentials newCredentials(Undo undo) throws Errno {
    Credentials who = task.credentials();
    if (!has(CloneFlags.CLONE_NEWUSER)) {
      return who;
    }
    boolean chrooted = task.fs().isChrooted(task.namespaces().mnt());
    UserNamespace made = UserNamespace.create(who, task.group().limits(), chrooted);
    undo.onFailure(made::release);
    return who.in(made);
  }
}
