package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;

/// What all objects of System V IPC have in common: key, identifier, owners and permissions
/// (`struct ipc_perm`, sysvipc(7)).
public abstract class IpcObject {
  /// The key of what only its identifier leads to.
  public static final int IPC_PRIVATE = 0;

  /// Permission bits, as in the modes of files.
  public static final int READ = 0444;

  public static final int WRITE = 0222;
  public static final int EXECUTE = 0111;

  private static final int PERMISSIONS = 0777;

  private int key;
  private final int creatorUid;
  private final int creatorGid;
  private int uid;
  private int gid;
  private int mode;
  private int id;
  private int sequence;
  private long changeTime;
  private boolean removed;

  IpcObject(int key, int mode, IpcUser maker) {
    this.key = key;
    this.mode = mode & PERMISSIONS;
    this.creatorUid = maker.credentials().euid();
    this.creatorGid = maker.credentials().egid();
    this.uid = creatorUid;
    this.gid = creatorGid;
    this.changeTime = maker.now();
  }

  public final int key() {
    return key;
  }

  /// Nobody finds it by its key any more.
  final void makePrivate() {
    key = IPC_PRIVATE;
  }

  public final int id() {
    return id;
  }

  /// How often identifiers had begun anew when it was made.
  public final int sequence() {
    return sequence;
  }

  final void identify(int newId, int newSequence) {
    id = newId;
    sequence = newSequence;
  }

  public final int uid() {
    return uid;
  }

  public final int gid() {
    return gid;
  }

  public final int creatorUid() {
    return creatorUid;
  }

  public final int creatorGid() {
    return creatorGid;
  }

  /// Permissions, and flags of a shared memory segment.
  public final int mode() {
    return mode;
  }

  final void setModeFlag(int flag, boolean set) {
    mode = set ? mode | flag : mode & ~flag;
  }

  /// When owner, permissions or contents were changed by a call of the ctl kind.
  public final long changeTime() {
    return changeTime;
  }

  final void changedAt(long seconds) {
    changeTime = seconds;
  }

  final boolean isRemoved() {
    return removed;
  }

  final void setRemoved() {
    removed = true;
  }

  /// Checks permissions.
  ///
  /// @param wanted of [#READ], [#WRITE] and [#EXECUTE]; any one of the three bits of each will do
  /// @param owner the user namespace of its IPC namespace
  /// @throws Errno EACCES
  final void requireAccess(Credentials who, int wanted, UserNamespace owner) throws Errno {
    int requested = (wanted >> 6 | wanted >> 3 | wanted) & 7;
    int granted = mode;
    if (who.euid() == creatorUid || who.euid() == uid) {
      granted >>= 6;
    } else if (who.inGroup(creatorGid) || who.inGroup(gid)) {
      granted >>= 3;
    }
    if ((requested & ~granted) != 0 && !who.hasIn(owner, Capability.IPC_OWNER)) {
      throw Errno.EACCES;
    }
  }

  final boolean isOwnedBy(Credentials who) {
    return who.euid() == creatorUid || who.euid() == uid;
  }

  /// Checks that `who` may remove it or change its owner.
  ///
  /// @throws Errno EPERM
  final void requireOwner(Credentials who, UserNamespace owner) throws Errno {
    if (!isOwnedBy(who) && !who.hasIn(owner, Capability.SYS_ADMIN)) {
      throw Errno.EPERM;
    }
  }

  /// IPC_SET.
  final void setOwner(Ownership to, long now) {
    uid = to.uid();
    gid = to.gid();
    mode = (mode & ~PERMISSIONS) | (to.mode() & PERMISSIONS);
    changeTime = now;
  }

  /// What IPC_SET changes of all objects. The ids are the kernel's.
  public record Ownership(int uid, int gid, int mode) {}
}
