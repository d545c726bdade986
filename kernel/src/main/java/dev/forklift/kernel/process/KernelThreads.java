package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayDeque;
import java.util.Queue;

/// kthreadd, pid 2: makes every kernel thread, through [KernelClone] like all tasks.
public final class KernelThreads {
  private final Kernel kernel;
  private final Queue<Request> requests = new ArrayDeque<>();
  private final WaitQueue made = new WaitQueue();
  private int wanted;
  private Task daemon;

  private record Request(String name, Runnable function) {}

  private KernelThreads(Kernel kernel, Task idle) {
    this.kernel = kernel;
    this.daemon = idle;
  }

  /// Starts kthreadd. Called once, after pid 1 has been made.
  public static KernelThreads start(Kernel kernel) throws Errno {
    KernelThreads threads = new KernelThreads(kernel, kernel.idle());
    KernelClone.clone(kernel.idle(), KernelCloneArgs.kernelThread(threads::serve, "kthreadd"));
    return threads;
  }

  /// Has a kernel thread made that runs `function` under the kernel lock.
  public void create(String name, Runnable function) {
    kernel.lock().requireHeld();
    wanted++;
    requests.add(new Request(name, function));
    daemon.wake();
  }

  /// Waits until all that were asked for have been made.
  public void awaitMade(Task task) throws Errno {
    task.await(made, () -> wanted == 0);
  }

  private void serve() {
    daemon = kernel.current();
    while (!kernel.isDown()) {
      Request request = requests.poll();
      if (request == null) {
        daemon.sleep(KernelClock.NEVER);
        continue;
      }
      try {
        KernelClone.clone(daemon, KernelCloneArgs.kernelThread(request.function(), request.name()));
      } catch (Errno e) {
        throw new IllegalStateException("kernel thread " + request.name(), e);
      }
      wanted--;
      made.wakeAll();
    }
  }
}
