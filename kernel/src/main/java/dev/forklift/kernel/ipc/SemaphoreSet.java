package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A set of semaphores, and those who wait until their operations can be done.
///
/// Operations are done all at once or not at all. Those who wait come in the order in which they
/// began to, first those who only wait for zeros.
public final class SemaphoreSet extends IpcObject {
  /// The largest value of a semaphore.
  public static final int SEMVMX = 32767;

  /// What a semaphore takes of the host's memory, roughly.
  private static final int SEMAPHORE_BYTES = 8;

  private static final int SET_BYTES = 256;

  private final HostMemory memory;
  private final short[] values;
  private final @Nullable Object[] lastProcesses;
  private final List<Waiter> waiters = new ArrayList<>(0);
  private final Set<SemUndoList> undoLists = new LinkedHashSet<>(0);
  private long operationTime;

  static long bytes(int size) {
    return SET_BYTES + (long) size * SEMAPHORE_BYTES;
  }

  SemaphoreSet(int key, int mode, int size, IpcUser maker, HostMemory memory) {
    super(key, mode, maker);
    this.memory = memory;
    this.values = new short[size];
    this.lastProcesses = new Object[size];
  }

  public int size() {
    return values.length;
  }

  /// When operations were done last, in seconds since 1970.
  public long operationTime() {
    return operationTime;
  }

  int value(int number) {
    return values[number];
  }

  short[] values() {
    return values.clone();
  }

  /// Who has changed or tested it last, or null.
  @Nullable Object lastProcess(int number) {
    return lastProcesses[number];
  }

  /// How many wait for this very semaphore to become larger.
  int waitingForMore(int number) {
    return waiting(number, true);
  }

  /// How many wait for this very semaphore to become 0.
  int waitingForZero(int number) {
    return waiting(number, false);
  }

  private int waiting(int number, boolean forMore) {
    int count = 0;
    for (Waiter waiter : waiters) {
      SemOperation blocking = waiter.blocking;
      if (blocking != null && blocking.number() == number && blocking.change() < 0 == forMore) {
        count++;
      }
    }
    return count;
  }

  void addUndoList(SemUndoList list) {
    undoLists.add(list);
  }

  /// One who waits, or is about to.
  static final class Waiter {
    private final List<SemOperation> operations;
    private final @Nullable SemUndoList undo;
    private final IpcUser user;
    private @Nullable SemOperation blocking;
    private boolean done;
    private @Nullable Errno failure;

    Waiter(List<SemOperation> operations, @Nullable SemUndoList undo, IpcUser user) {
      this.operations = operations;
      this.undo = undo;
      this.user = user;
    }

    /// Says whether there is nothing to wait for any more.
    boolean isDone() {
      return done;
    }

    /// Why the operations will not be done, or null.
    @Nullable Errno failure() {
      return failure;
    }

    /// Says whether the one operation that cannot be done yet may be waited for.
    boolean mayWait() {
      return blocking != null && blocking.waits();
    }

    private boolean alters() {
      return operations.stream().anyMatch(SemOperation::alters);
    }

    private void finish(@Nullable Errno why) {
      done = true;
      failure = why;
      user.sleeper().wake();
    }
  }

  /// Does what somebody wants done, if that can be now, and then what others have waited for.
  ///
  /// @return whether it was done
  /// @throws Errno ERANGE if a value or an undo adjustment would leave its range
  boolean perform(Waiter waiter) throws Errno {
    if (!attempt(waiter)) {
      return false;
    }
    operationTime = waiter.user.now();
    if (waiter.alters()) {
      serve();
    }
    return true;
  }

  void await(Waiter waiter) {
    waiters.add(waiter);
  }

  void giveUp(Waiter waiter) {
    waiters.remove(waiter);
  }

  private boolean attempt(Waiter waiter) throws Errno {
    short[] undo = waiter.undo == null ? null : waiter.undo.of(this, memory);
    List<SemOperation> operations = waiter.operations;
    int done = 0;
    Errno failure = null;
    boolean blocked = false;
    for (SemOperation operation : operations) {
      int now = values[operation.number()];
      int then = now + operation.change();
      if (operation.change() == 0 ? now != 0 : then < 0) {
        waiter.blocking = operation;
        blocked = true;
        break;
      }
      if (then > SEMVMX || !fits(operation, undo)) {
        failure = Errno.ERANGE;
        break;
      }
      apply(operation, 1, undo);
      done++;
    }
    if (blocked || failure != null) {
      for (int i = done - 1; i >= 0; i--) {
        apply(operations.get(i), -1, undo);
      }
      if (failure != null) {
        throw failure;
      }
      return false;
    }
    operations.forEach(operation -> lastProcesses[operation.number()] = waiter.user.process());
    return true;
  }

  private static boolean fits(SemOperation operation, short @Nullable [] undo) {
    if (undo == null || !operation.undoes()) {
      return true;
    }
    int adjustment = undo[operation.number()] - operation.change();
    return adjustment >= Short.MIN_VALUE && adjustment <= Short.MAX_VALUE;
  }

  private void apply(SemOperation operation, int sign, short @Nullable [] undo) {
    int number = operation.number();
    values[number] += (short) (sign * operation.change());
    if (undo != null && operation.undoes()) {
      undo[number] -= (short) (sign * operation.change());
    }
  }

  /// Values have changed: lets those go on whose operations can be done now.
  private void serve() {
    boolean again = true;
    while (again) {
      again = serveOne(false) || serveOne(true);
    }
  }

  /// Lets the first one go on that can, of those who alter values or of those who do not.
  private boolean serveOne(boolean altering) {
    for (Waiter waiter : waiters) {
      if (waiter.alters() != altering) {
        continue;
      }
      Errno failure = null;
      try {
        if (!attempt(waiter)) {
          if (waiter.mayWait()) {
            continue;
          }
          failure = Errno.EAGAIN;
        } else {
          operationTime = waiter.user.now();
        }
      } catch (Errno e) {
        failure = e;
      }
      waiters.remove(waiter);
      waiter.finish(failure);
      return true;
    }
    return false;
  }

  /// SETVAL and SETALL: new values from a number on. Nothing of before is undone for them.
  void set(int from, short[] newValues, IpcUser user) {
    for (int i = 0; i < newValues.length; i++) {
      int number = from + i;
      values[number] = newValues[i];
      lastProcesses[number] = user.process();
      undoLists.forEach(list -> list.clear(this, number));
    }
    changedAt(user.now());
    serve();
  }

  /// A list of adjustments is done with. Values stay within their range whatever it says.
  void undo(SemUndoList list, short[] adjustment, Object process) {
    undoLists.remove(list);
    for (int i = 0; i < values.length; i++) {
      if (adjustment[i] != 0) {
        values[i] = (short) Math.clamp((long) values[i] + adjustment[i], 0, SEMVMX);
        lastProcesses[i] = process;
      }
    }
    serve();
  }

  /// It is removed: all who wait learn it.
  void dissolve() {
    undoLists.forEach(list -> list.forget(this));
    undoLists.clear();
    memory.giveBack();
    List<Waiter> all = List.copyOf(waiters);
    waiters.clear();
    all.forEach(waiter -> waiter.finish(Errno.EIDRM));
  }

  @Override
  public String toString() {
    return "semaphores " + id() + " " + Arrays.toString(values);
  }
}
