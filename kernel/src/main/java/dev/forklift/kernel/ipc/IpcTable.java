package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.UserNamespace;
import java.util.List;

/// The objects of one kind, and the calls that are alike for all kinds: finding or making one by
/// its key, looking at it, giving it away, removing it.
public abstract class IpcTable<T extends IpcObject> {
  public static final int IPC_CREAT = 01000;
  public static final int IPC_EXCL = 02000;
  public static final int IPC_NOWAIT = 04000;

  private final IpcIds<T> ids = new IpcIds<>();
  private final UserNamespace owner;
  private int limit;

  /// @param owner the user namespace in which rights over the objects count
  /// @param limit how many objects there may be
  IpcTable(UserNamespace owner, int limit) {
    this.owner = owner;
    this.limit = limit;
  }

  /// How an object that is not there yet is made.
  @FunctionalInterface
  interface Maker<T> {
    T make() throws Errno;
  }

  /// What must hold of one that is there.
  @FunctionalInterface
  interface Check<T> {
    void check(T found) throws Errno;
  }

  final IpcIds<T> ids() {
    return ids;
  }

  final UserNamespace owner() {
    return owner;
  }

  /// How many objects there may be.
  public final int limit() {
    return limit;
  }

  public final void setLimit(int objects) {
    limit = objects;
  }

  /// How many there are.
  public final int size() {
    return ids.size();
  }

  /// The largest index of an object.
  public final int largestIndex() {
    return ids.largestIndex();
  }

  /// The identifier that the next object shall get, or -1.
  public final int nextId() {
    return ids.nextId();
  }

  public final void setNextId(int id) {
    ids.setNextId(id);
  }

  /// All objects, by index. A snapshot.
  public final List<T> all() {
    return ids.all();
  }

  /// semget(2), shmget(2) and msgget(2).
  final int find(IpcUser user, int key, int flags, Maker<T> maker, Check<T> check) throws Errno {
    T found = ids.find(key);
    if (key != IpcObject.IPC_PRIVATE) {
      if (found == null && (flags & IPC_CREAT) == 0) {
        throw Errno.ENOENT;
      }
      if (found != null) {
        if ((flags & IPC_CREAT) != 0 && (flags & IPC_EXCL) != 0) {
          throw Errno.EEXIST;
        }
        check.check(found);
        found.requireAccess(user.credentials(), flags, owner);
        return found.id();
      }
    }
    return maker.make().id();
  }

  /// IPC_STAT.
  public final T look(IpcUser user, int id) throws Errno {
    return require(user, id, IpcObject.READ);
  }

  /// The `*_STAT` commands, for whoever goes through the indices.
  ///
  /// @param any whether nobody asks for permission
  public final T lookAt(IpcUser user, int index, boolean any) throws Errno {
    T found = ids.at(index);
    if (!any) {
      found.requireAccess(user.credentials(), IpcObject.READ, owner);
    }
    return found;
  }

  /// The object of an identifier, for somebody who has these permissions.
  final T require(IpcUser user, int id, int wanted) throws Errno {
    T found = ids.get(id);
    found.requireAccess(user.credentials(), wanted, owner);
    return found;
  }

  /// The object of an identifier, for its owner.
  final T requireOwned(IpcUser user, int id) throws Errno {
    T found = ids.get(id);
    found.requireOwner(user.credentials(), owner);
    return found;
  }

  /// IPC_SET, as far as it is about owner and permissions.
  public void setOwner(IpcUser user, int id, IpcObject.Ownership to) throws Errno {
    requireOwned(user, id).setOwner(to, user.now());
  }

  /// IPC_RMID.
  public void remove(IpcUser user, int id) throws Errno {
    remove(requireOwned(user, id));
  }

  abstract void remove(T object);

  /// Nobody is in the namespace any more.
  final void removeAll() {
    ids.all().forEach(this::remove);
  }
}
