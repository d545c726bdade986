package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.ipc.IpcUser;
import dev.forklift.kernel.ipc.SemOperation;
import dev.forklift.kernel.ipc.SemaphoreSet;
import dev.forklift.kernel.ipc.Semaphores;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.wait.Deadline;
import dev.forklift.kernel.wait.KernelClock;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// semget(2), semop(2), semtimedop(2), semctl(2).
final class SemaphoreCalls {
  private static final int GETPID = 11;
  private static final int GETVAL = 12;
  private static final int GETALL = 13;
  private static final int GETNCNT = 14;
  private static final int GETZCNT = 15;
  private static final int SETVAL = 16;
  private static final int SETALL = 17;
  private static final int SEM_STAT = 18;
  private static final int SEM_INFO = 19;
  private static final int SEM_STAT_ANY = 20;

  /// What `struct seminfo` says though nothing comes of it.
  private static final int SEMUSZ = 20;

  private static final int OPERATION_BYTES = 6;

  private SemaphoreCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(190, "semget", INT, INT, FLAGS, SemaphoreCalls::get)
        .sys(191, "semctl", INT, INT, INT, ADDR, SemaphoreCalls::control)
        .sys(
            192,
            "semtimedop",
            INT,
            ADDR,
            INT,
            ADDR,
            (t, id, ops, n, time) ->
                operate(t, id, ops, n, time(t, TimeLayout.old(IpcStructs.model(t)), time)))
        .sys(193, "semop", INT, ADDR, INT, (t, id, ops, n) -> operate(t, id, ops, n, null));
  }

  static void time64Rows(SyscallTable table) {
    table.sys(
        420,
        "semtimedop_time64",
        INT,
        ADDR,
        INT,
        ADDR,
        (t, id, ops, n, time) ->
            operate(t, id, ops, n, time(t, TimeLayout.time64(IpcStructs.model(t)), time)));
  }

  private static Semaphores of(Task task) {
    return task.namespaces().ipc().semaphores();
  }

  private static long get(Task task, int key, int size, int flags) throws Errno {
    return of(task).get(IpcStructs.user(task), task.kernel().budget(), key, size, flags);
  }

  private static @Nullable Timespec time(Task task, TimeLayout layout, long address) throws Errno {
    return address == 0 ? null : Times.read(task, layout, address);
  }

  private static long operate(
      Task task, int id, long address, int count, @Nullable Timespec timeout) throws Errno {
    Semaphores semaphores = of(task);
    if (Integer.compareUnsigned(count, semaphores.maximumOperations()) > 0) {
      throw Errno.E2BIG;
    }
    if (count < 1) {
      throw Errno.EINVAL;
    }
    List<SemOperation> operations = operations(task, address, count);
    if (id < 0) {
      throw Errno.EINVAL;
    }
    long deadline =
        timeout == null
            ? KernelClock.NEVER
            : Deadline.after(task.clock(), timeout.toValidNanos()).nanos();
    semaphores.operate(IpcStructs.user(task), id, operations, task::semUndo, deadline);
    return 0;
  }

  private static List<SemOperation> operations(Task task, long address, int count) throws Errno {
    StructReader in =
        new StructReader(
            IpcStructs.model(task), Times.bytes(task, address, count * OPERATION_BYTES));
    List<SemOperation> operations = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      operations.add(new SemOperation(in.u16(), in.s16(), in.s16()));
    }
    return operations;
  }

  private static long control(Task task, int id, int number, int command, long argument)
      throws Errno {
    if (id < 0) {
      throw Errno.EINVAL;
    }
    Semaphores semaphores = of(task);
    IpcUser user = IpcStructs.user(task);
    return switch (command) {
      case IpcStructs.IPC_INFO, SEM_INFO -> information(task, semaphores, command, argument);
      case IpcStructs.IPC_STAT -> {
        put(task, argument, status(task, semaphores.look(user, id)));
        yield 0;
      }
      case SEM_STAT, SEM_STAT_ANY -> {
        SemaphoreSet set = semaphores.lookAt(user, id, command == SEM_STAT_ANY);
        put(task, argument, status(task, set));
        yield set.id();
      }
      case GETALL -> {
        StructWriter out = IpcStructs.writer(task);
        for (short value : semaphores.values(user, id)) {
          out.u16(value);
        }
        put(task, argument, out);
        yield 0;
      }
      case SETALL -> setAll(task, semaphores, id, argument);
      case GETVAL -> semaphores.value(user, id, number);
      case GETPID -> IpcStructs.number(task, semaphores.lastProcess(user, id, number));
      case GETNCNT -> semaphores.waitingForMore(user, id, number);
      case GETZCNT -> semaphores.waitingForZero(user, id, number);
      case SETVAL -> {
        semaphores.setValue(user, id, number, asInt(task, argument));
        yield 0;
      }
      case IpcStructs.IPC_SET -> {
        int length = IpcStructs.permissionBytes(IpcStructs.model(task));
        StructReader in =
            new StructReader(IpcStructs.model(task), Times.bytes(task, argument, length));
        semaphores.setOwner(user, id, IpcStructs.ownership(task, in));
        yield 0;
      }
      case IpcStructs.IPC_RMID -> {
        semaphores.remove(user, id);
        yield 0;
      }
      default -> throw Errno.EINVAL;
    };
  }

  /// The member `val` of a `union semun` that came in a register.
  private static int asInt(Task task, long argument) {
    DataModel model = IpcStructs.model(task);
    boolean high = model.is64Bit() && model.order() == ByteOrder.BIG_ENDIAN;
    return (int) (high ? argument >>> 32 : argument);
  }

  private static void put(Task task, long address, StructWriter bytes) throws Errno {
    task.memory().user().write(address, bytes.toBytes());
  }

  private static long setAll(Task task, Semaphores semaphores, int id, long address) throws Errno {
    IpcUser user = IpcStructs.user(task);
    int size = semaphores.sizeToSet(user, id);
    StructReader in =
        new StructReader(IpcStructs.model(task), Times.bytes(task, address, 2 * size));
    short[] values = new short[size];
    for (int i = 0; i < size; i++) {
      values[i] = (short) in.u16();
    }
    semaphores.setValues(user, id, values);
    return 0;
  }

  /// `struct semid64_ds`.
  private static StructWriter status(Task task, SemaphoreSet set) {
    StructWriter out = IpcStructs.permissions(task, set);
    IpcStructs.time(task, out, set.operationTime());
    IpcStructs.time(task, out, set.changeTime());
    return out.word(set.size()).word(0).word(0);
  }

  private static long information(Task task, Semaphores semaphores, int command, long address)
      throws Errno {
    boolean used = command == SEM_INFO;
    put(
        task,
        address,
        IpcStructs.writer(task)
            .u32(semaphores.maximumTotal())
            .u32(semaphores.limit())
            .u32(semaphores.maximumTotal())
            .u32(semaphores.maximumTotal())
            .u32(semaphores.maximumSize())
            .u32(semaphores.maximumOperations())
            .u32(semaphores.maximumOperations())
            .u32(used ? semaphores.size() : SEMUSZ)
            .u32(SemaphoreSet.SEMVMX)
            .u32(used ? semaphores.total() : SemaphoreSet.SEMVMX));
    return semaphores.largestIndex();
  }
}
