package dev.forklift.kernel.futex;

import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.PagedAddressSpace;
import dev.forklift.engine.memory.Protection;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.ManualClock;
import dev.forklift.kernel.wait.Sleeper;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// As much of a kernel as futexes need: a lock, a clock, memory, tasks that are threads.
final class FakeKernel {
  static final long PAGE = 0x0040_0000;
  static final long LIMIT = 0x7fff_0000L;
  static final int READ_WRITE = Protection.READ | Protection.WRITE;

  final KernelLock lock = new KernelLock();
  final ManualClock manualClock = new ManualClock(lock);
  final FrameBudget budget = new FrameBudget(16 << 20);
  final AddressSpace space =
      PagedAddressSpace.create(budget, ByteOrder.LITTLE_ENDIAN, 12, LIMIT, 2);
  final Futexes futexes = new Futexes();
  private final KernelClock clock;
  private final Map<Integer, Task> tasks = new HashMap<>();

  /// With a clock that is turned by hand.
  FakeKernel() {
    clock = manualClock;
    space.map(PAGE, 4096, READ_WRITE, null, 0, false, null);
  }

  /// With the clock given.
  FakeKernel(KernelClock clock) {
    this.clock = clock;
    space.map(PAGE, 4096, READ_WRITE, null, 0, false, null);
  }

  /// A call into the kernel.
  @FunctionalInterface
  interface Call {
    long run() throws Errno;
  }

  Task task(int tid) {
    return task(tid, space);
  }

  Task task(int tid, AddressSpace memory) {
    Task task = new Task(tid, FutexMemory.of(memory, 4));
    tasks.put(tid, task);
    return task;
  }

  void forget(Task task) {
    tasks.remove(task.tid);
  }

  /// The error of a call, or its result.
  Object locked(Call call) {
    lock.acquire();
    try {
      return call.run();
    } catch (Errno e) {
      return e;
    } finally {
      lock.release();
    }
  }

  int word(long address) {
    return space.load32(address);
  }

  /// A task that can sleep, and that runs what a test says on a thread of its own.
  final class Task extends Sleeper implements FutexUser {
    final int tid;
    boolean kernelThread;
    boolean signalled;
    private final FutexMemory memory;

    private Task(int tid, FutexMemory memory) {
      super(lock, clock);
      this.tid = tid;
      this.memory = memory;
    }

    /// Runs a call on another thread, under the kernel lock.
    CompletableFuture<Object> start(Function<Task, Call> call) {
      CompletableFuture<Object> result = new CompletableFuture<>();
      Thread.ofPlatform().daemon().start(() -> result.complete(locked(call.apply(this))));
      return result;
    }

    /// The same, returning when it sleeps.
    CompletableFuture<Object> startSleeping(int sleepers, Function<Task, Call> call) {
      CompletableFuture<Object> result = start(call);
      manualClock.awaitSleepers(sleepers);
      return result;
    }

    void signal() {
      locked(() -> {
        signalled = true;
        wake();
        return 0;
      });
    }

    @Override
    public boolean signalPending() {
      return signalled;
    }

    @Override
    public boolean fatalSignalPending() {
      return false;
    }

    @Override
    public Sleeper sleeper() {
      return this;
    }

    @Override
    public FutexMemory memory() {
      return memory;
    }

    @Override
    public int tidOf(FutexUser task) {
      return ((Task) task).tid;
    }

    @Override
    public @Nullable FutexUser find(int wanted) {
      return tasks.get(wanted);
    }

    @Override
    public boolean isKernelThread() {
      return kernelThread;
    }
  }

  /// What a call on another thread came to.
  static Object result(CompletableFuture<Object> future) {
    return future.orTimeout(20, TimeUnit.SECONDS).join();
  }
}
