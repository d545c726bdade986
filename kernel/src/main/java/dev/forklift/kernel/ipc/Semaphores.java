package dev.forklift.kernel.ipc;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The sets of semaphores of an IPC namespace (semget(2), semop(2), semctl(2)).
public final class Semaphores extends IpcTable<SemaphoreSet> {
  private int maximumSize = 32000;
  private int maximumTotal = 1024000000;
  private int maximumOperations = 500;
  private int total;

  Semaphores(UserNamespace owner) {
    super(owner, 32000);
  }

  /// How many semaphores a set may have.
  public int maximumSize() {
    return maximumSize;
  }

  /// How many there may be in all.
  public int maximumTotal() {
    return maximumTotal;
  }

  /// How many operations one call may make.
  public int maximumOperations() {
    return maximumOperations;
  }

  /// Changes all limits.
  public void setLimits(int size, int inAll, int operations, int sets) {
    maximumSize = size;
    maximumTotal = inAll;
    maximumOperations = operations;
    setLimit(sets);
  }

  /// How many semaphores there are in all sets.
  public int total() {
    return total;
  }

  /// semget(2).
  ///
  /// @param budget what the semaphores' memory is taken from
  public int get(IpcUser user, FrameBudget budget, int key, int size, int flags) throws Errno {
    if (size < 0 || size > maximumSize) {
      throw Errno.EINVAL;
    }
    return find(
        user,
        key,
        flags,
        () -> make(user, budget, key, size, flags),
        found -> {
          if (size > found.size()) {
            throw Errno.EINVAL;
          }
        });
  }

  private SemaphoreSet make(IpcUser user, FrameBudget budget, int key, int size, int mode)
      throws Errno {
    if (size == 0) {
      throw Errno.EINVAL;
    }
    if (size > maximumTotal - total) {
      throw Errno.ENOSPC;
    }
    HostMemory memory = HostMemory.take(budget, SemaphoreSet.bytes(size));
    SemaphoreSet set = new SemaphoreSet(key, mode, size, user, memory);
    try {
      ids().add(set, limit());
    } catch (Errno full) {
      memory.giveBack();
      throw full;
    }
    total += size;
    return set;
  }

  @Override
  void remove(SemaphoreSet set) {
    ids().remove(set);
    total -= set.size();
    set.dissolve();
  }

  /// semop(2) and semtimedop(2).
  ///
  /// @param undo the list that SEM_UNDO adds to, made on demand
  /// @param deadline on the monotonic clock
  public void operate(
      IpcUser user,
      int id,
      List<SemOperation> operations,
      Supplier<SemUndoList> undo,
      long deadline)
      throws Errno {
    SemaphoreSet set = ids().get(id);
    boolean alters = operations.stream().anyMatch(SemOperation::alters);
    if (operations.stream().anyMatch(operation -> operation.number() >= set.size())) {
      throw Errno.EFBIG;
    }
    set.requireAccess(user.credentials(), alters ? IpcObject.WRITE : IpcObject.READ, owner());
    boolean undoes = operations.stream().anyMatch(SemOperation::undoes);
    SemaphoreSet.Waiter waiter =
        new SemaphoreSet.Waiter(operations, undoes ? undo.get() : null, user);
    if (set.perform(waiter)) {
      return;
    }
    if (!waiter.mayWait()) {
      throw Errno.EAGAIN;
    }
    await(set, waiter, user.sleeper(), deadline);
  }

  /// Sleeps until somebody else has done the operations, or they cannot be done any more. A signal
  /// ends the call for good.
  private static void await(
      SemaphoreSet set, SemaphoreSet.Waiter waiter, Sleeper sleeper, long deadline) throws Errno {
    set.await(waiter);
    try {
      while (!waiter.isDone()) {
        if (deadline != KernelClock.NEVER && sleeper.clock().monotonicNanos() >= deadline) {
          throw Errno.EAGAIN;
        }
        if (sleeper.signalPending()) {
          throw Errno.EINTR;
        }
        sleeper.sleep(deadline);
      }
    } finally {
      set.giveUp(waiter);
    }
    Errno failure = waiter.failure();
    if (failure != null) {
      throw failure;
    }
  }

  /// GETALL.
  public short[] values(IpcUser user, int id) throws Errno {
    return require(user, id, IpcObject.READ).values();
  }

  /// What SETALL needs to know before it reads the values.
  public int sizeToSet(IpcUser user, int id) throws Errno {
    return require(user, id, IpcObject.WRITE).size();
  }

  /// SETALL.
  public void setValues(IpcUser user, int id, short[] values) throws Errno {
    SemaphoreSet set = require(user, id, IpcObject.WRITE);
    for (short value : values) {
      if (value < 0) {
        throw Errno.ERANGE;
      }
    }
    set.set(0, values, user);
  }

  /// SETVAL.
  public void setValue(IpcUser user, int id, int number, int value) throws Errno {
    if (value < 0 || value > SemaphoreSet.SEMVMX) {
      throw Errno.ERANGE;
    }
    SemaphoreSet set = ids().get(id);
    checkNumber(set, number);
    set.requireAccess(user.credentials(), IpcObject.WRITE, owner());
    set.set(number, new short[] {(short) value}, user);
  }

  private static void checkNumber(SemaphoreSet set, int number) throws Errno {
    if (number < 0 || number >= set.size()) {
      throw Errno.EINVAL;
    }
  }

  private SemaphoreSet looked(IpcUser user, int id, int number) throws Errno {
    SemaphoreSet set = require(user, id, IpcObject.READ);
    checkNumber(set, number);
    return set;
  }

  /// GETVAL.
  public int value(IpcUser user, int id, int number) throws Errno {
    return looked(user, id, number).value(number);
  }

  /// GETPID.
  public @Nullable Object lastProcess(IpcUser user, int id, int number) throws Errno {
    return looked(user, id, number).lastProcess(number);
  }

  /// GETNCNT.
  public int waitingForMore(IpcUser user, int id, int number) throws Errno {
    return looked(user, id, number).waitingForMore(number);
  }

  /// GETZCNT.
  public int waitingForZero(IpcUser user, int id, int number) throws Errno {
    return looked(user, id, number).waitingForZero(number);
  }
}
