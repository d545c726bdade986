package dev.forklift.verify;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.fs.tmpfs.Origin;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import dev.forklift.kernel.machine.Outcome;
import dev.forklift.kernel.machine.ProgramSpec;
import dev.forklift.kernel.machine.RootBuilder;
import dev.forklift.kernel.machine.Stdio;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/// A run of a program that means no good: what threw in the kernel, and whether it could be ended.
///
/// @param failures bugs of ours that the program has found
/// @param killed whether it had to be killed because it went on for too long
record Watched(String out, Outcome outcome, List<Throwable> failures, boolean killed) {
  /// How long a program that has been killed may take to be gone.
  private static final long PATIENCE_MILLIS = 60_000;

  static Watched of(Origin root, ProgramSpec program, long millis) throws Exception {
    return of(
        (systems, budget) -> new Tmpfs(systems, "tmpfs", budget, root),
        program,
        millis,
        UnaryOperator.identity());
  }

  static Watched of(
      RootBuilder root, ProgramSpec program, long millis, UnaryOperator<MachineConfig> change)
      throws Exception {
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Machine machine = machine(root, out, failures, change);
    machine.start(program);
    RunningMachine running = RunningMachine.of(machine);
    boolean killed = false;
    Outcome outcome;
    try {
      outcome = running.end(millis);
    } catch (TimeoutException e) {
      killed = true;
      // On another thread: whoever hangs may hold the kernel lock.
      RunningMachine.inBackground("kills", () -> machine.signalProgram(Signal.SIGKILL, false));
      try {
        outcome = running.end(PATIENCE_MILLIS);
      } catch (TimeoutException hangs) {
        throw new AssertionError(program.path() + " cannot be killed", hangs);
      }
    }
    return new Watched(
        out.toString(StandardCharsets.ISO_8859_1), outcome, List.copyOf(failures), killed);
  }

  private static Machine machine(
      RootBuilder root,
      ByteArrayOutputStream out,
      Queue<Throwable> failures,
      UnaryOperator<MachineConfig> change)
      throws IOException {
    TaskEvents events =
        new TaskEvents() {
          @Override
          public void failed(Task task, Throwable problem) {
            failures.add(problem);
          }
        };
    return new Machine(
        change.apply(
            MachineConfig.of(
                    new Nios2Linux(),
                    root,
                    new Stdio(new ByteArrayInputStream(new byte[0]), out, out))
                .withEvents(events)));
  }
}
