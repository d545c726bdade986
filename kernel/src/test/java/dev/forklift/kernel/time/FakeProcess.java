package dev.forklift.kernel.time;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.ManualClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// As much of a kernel with one process as clocks and timers need.
final class FakeProcess implements TimerTarget, TimeUser {
  static final int TID = 42;
  static final long MILLISECOND = 1_000_000;

  final KernelLock lock = new KernelLock();
  final ManualClock clock = new ManualClock(lock);
  final TimerQueue queue = new TimerQueue(clock);
  final Clocks clocks = new Clocks(clock, queue);
  final FakeCpu cpu = new FakeCpu();
  final Task task = new Task();
  final Map<Integer, CpuClock> others = new HashMap<>();
  Credentials credentials = Credentials.of(0, 0);

  /// What was sent, in order: numbers of signals.
  final List<Integer> raised = new ArrayList<>();

  final List<TimerSignal> sent = new ArrayList<>();
  final Set<Integer> pending = new HashSet<>();
  final Set<Integer> threads = new HashSet<>(Set.of(TID));
  boolean ignoring;
  int signalSlots = 100;

  /// CPU time that a test sets.
  static final class FakeCpu implements CpuClock {
    long user;
    long system;
    int runners = 1;

    @Override
    public long userNanos() {
      return user;
    }

    @Override
    public long systemNanos() {
      return system;
    }

    @Override
    public int runners() {
      return runners;
    }
  }

  /// The task as one that sleeps.
  final class Task extends Sleeper {
    boolean signalled;

    Task() {
      super(lock, clock);
    }

    @Override
    public boolean signalPending() {
      return signalled;
    }

    @Override
    public boolean fatalSignalPending() {
      return false;
    }
  }

  /// A call into the kernel.
  @FunctionalInterface
  interface Call {
    Object run() throws Errno;
  }

  /// What a call gives, or its error.
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

  /// Runs a call on another thread and returns when that sleeps.
  CompletableFuture<Object> startSleeping(int sleepers, Call call) {
    CompletableFuture<Object> result = new CompletableFuture<>();
    Thread.ofPlatform().daemon().start(() -> result.complete(locked(call)));
    clock.awaitSleepers(sleepers);
    return result;
  }

  static Object result(CompletableFuture<Object> future) {
    return future.orTimeout(20, TimeUnit.SECONDS).join();
  }

  /// Lets milliseconds pass, and what is due happen, one after the other.
  void pass(int milliseconds) {
    for (int i = 0; i < milliseconds; i++) {
      clock.advance(MILLISECOND);
      locked(() -> {
        queue.expire();
        return 0;
      });
    }
  }

  /// The same, with the process running all the time in user mode.
  void runFor(int milliseconds) {
    for (int i = 0; i < milliseconds; i++) {
      cpu.user += MILLISECOND;
      pass(1);
    }
  }

  void signal() {
    locked(() -> {
      task.signalled = true;
      task.wake();
      return 0;
    });
  }

  @Override
  public void raise(int signal) {
    raised.add(signal);
  }

  @Override
  public Sent send(TimerSignal signal) {
    if (ignoring) {
      return Sent.IGNORED;
    }
    if (signal.thread() != 0 && !threads.contains(signal.thread())) {
      return Sent.NOBODY;
    }
    if (!pending.add(signal.timer())) {
      return Sent.PENDING;
    }
    sent.add(signal);
    return Sent.QUEUED;
  }

  @Override
  public boolean hasThread(int tid) {
    return threads.contains(tid);
  }

  @Override
  public @Nullable Reservation reserveSignal() {
    if (signalSlots == 0) {
      return null;
    }
    signalSlots--;
    return _ -> signalSlots++;
  }

  @Override
  public Sleeper sleeper() {
    return task;
  }

  @Override
  public Credentials credentials() {
    return credentials;
  }

  @Override
  public int tid() {
    return TID;
  }

  @Override
  public CpuClock threadTime() {
    return cpu;
  }

  @Override
  public CpuClock processTime() {
    return cpu;
  }

  @Override
  public @Nullable CpuClock threadTime(int tid) {
    return tid == TID ? cpu : null;
  }

  @Override
  public @Nullable CpuClock processTime(int pid) {
    return others.get(pid);
  }
}
