package dev.forklift.kernel.fs.stdio;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.Sleeper;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.List;
import java.util.function.BooleanSupplier;

/// A host thread that sleeps in the kernel; no signal reaches it.
public final class PumpSleeper extends Sleeper {
  public PumpSleeper(KernelLock lock, KernelClock clock) {
    super(lock, clock);
  }

  /// Sleeps on a queue until `ready` holds.
  public void awaitUninterrupted(WaitQueue queue, BooleanSupplier ready) {
    try {
      var _ = await(Mode.UNINTERRUPTIBLE, KernelClock.NEVER, ready, List.of(queue));
    } catch (Errno e) {
      throw new IllegalStateException("an uninterruptible sleep was interrupted", e);
    }
  }

  @Override
  public boolean signalPending() {
    return false;
  }

  @Override
  public boolean fatalSignalPending() {
    return false;
  }
}
