package dev.forklift.board.time;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// How other threads get the machine's thread to look at what they have brought.
public final class WakeUp {
  private final Runnable interrupt;
  private final List<Runnable> listeners = new ArrayList<>();
  private volatile @Nullable Thread sleeper;
  private volatile boolean called;
  private volatile boolean roused;

  /// @param interrupt gets the engine out of guest code
  public WakeUp(Runnable interrupt) {
    this.interrupt = interrupt;
  }

  /// There is something to look at. Any thread.
  public void call() {
    called = true;
    interrupt.run();
    Thread thread = sleeper;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /// Ends the machine's sleep, if it sleeps, without anything to look at. Any thread.
  public void rouse() {
    roused = true;
    Thread thread = sleeper;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /// Whether there was a call since the last time; if so, those who listen have looked. The
  /// machine's thread.
  public boolean take() {
    boolean was = called;
    called = false;
    if (was) {
      listeners.forEach(Runnable::run);
    }
    return was;
  }

  /// Has `look` run on the machine's thread after a call. Before the machine runs.
  public void listen(Runnable look) {
    listeners.add(look);
  }

  /// Sleeps until called, or so many nanoseconds. The machine's thread.
  void await(long nanos) {
    sleeper = Thread.currentThread();
    long end = nanos == Long.MAX_VALUE ? nanos : System.nanoTime() + nanos;
    while (!called && !roused) {
      long left = nanos == Long.MAX_VALUE ? nanos : end - System.nanoTime();
      if (left <= 0) {
        break;
      }
      LockSupport.parkNanos(this, left);
    }
    sleeper = null;
    roused = false;
  }
}
