package dev.forklift.kernel.fs.stdio;

import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.Sleeper;

/// A host thread that sleeps in the kernel; no signal reaches it.
final class PumpSleeper extends Sleeper {
  PumpSleeper(KernelLock lock, KernelClock clock) {
    super(lock, clock);
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
