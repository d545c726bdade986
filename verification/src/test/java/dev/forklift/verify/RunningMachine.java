package dev.forklift.verify;

import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.Outcome;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A machine whose program runs, and the wait for its end.
///
/// Each waits on a thread of its own. In the common pool, which has one thread on a machine with
/// two processors, a machine that hangs would keep all later ones from being waited for, and even
/// from being killed.
public final class RunningMachine {
  private final CompletableFuture<Outcome> end = new CompletableFuture<>();

  private RunningMachine(Machine machine) {
    inBackground(
        "awaits-machine",
        () -> {
          try {
            end.complete(machine.await());
          } catch (RuntimeException | Error e) {
            end.completeExceptionally(e);
          }
        });
  }

  /// Of a machine that has been started.
  public static RunningMachine of(Machine machine) {
    return new RunningMachine(machine);
  }

  /// Runs this on a thread that keeps no JVM alive.
  static void inBackground(String name, Runnable run) {
    Thread.ofPlatform().daemon().name(name).start(run);
  }

  boolean hasEnded() {
    return end.isDone();
  }

  /// Waits for its end.
  ///
  /// @throws TimeoutException when it goes on for longer; its message says where each thread is
  public Outcome end(long millis) throws TimeoutException, InterruptedException {
    try {
      return end.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      TimeoutException hangs = new TimeoutException("not ended; the threads are at" + threads());
      hangs.initCause(e);
      throw hangs;
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /// Where each thread of this JVM is: what is needed first when something hangs where nobody can
  /// look.
  private static String threads() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      text.append("\n  ").append(each.getKey().getName());
      for (StackTraceElement frame : each.getValue()) {
        text.append("\n    ").append(frame);
      }
    }
    return text.toString();
  }
}
