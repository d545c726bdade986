package dev.forklift.kernel.trace;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.calls.Syscall;
import dev.forklift.kernel.calls.SyscallFrame;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Counts what the guests of a kernel do, by watching tasks and system calls. To be read when the
/// machine is off.
public final class Tally implements TaskEvents, SyscallObserver {
  /// How often a system call was made. One that a signal cuts short, and that is made again, counts
  /// twice.
  ///
  /// @param errors how often it was answered with an error
  public record CallCount(String name, long count, long errors) {}

  private static final class Counter {
    private long count;
    private long errors;
  }

  /// What numbers without a row are counted as.
  public static final String UNKNOWN = "(unknown numbers)";

  // Written under the kernel lock.
  private final Map<String, Counter> calls = new HashMap<>();
  private long processes;
  private long threads;
  private long instructions;
  private long compiledInstructions;

  @Override
  public void created(Task child, Task parent, KernelCloneArgs args) {
    if (child.isKernelThread()) {
      return;
    }
    if (child.group() == parent.group()) {
      threads++;
    } else {
      processes++;
    }
  }

  @Override
  public void exited(Task task) {
    Cpu cpu = task.cpu();
    instructions += cpu.instructions();
    compiledInstructions += cpu.compiledInstructions();
  }

  @Override
  public void enter(Syscall row, SyscallFrame frame) {
    counter(row.name()).count++;
  }

  @Override
  public void leave(Syscall row, SyscallFrame frame, long result, @Nullable Errno error) {
    if (error != null && !error.isRestart()) {
      counter(row.name()).errors++;
    }
  }

  @Override
  public void unknown(Task task, int number, SyscallFrame frame) {
    Counter unknown = counter(UNKNOWN);
    unknown.count++;
    unknown.errors++;
  }

  private Counter counter(String name) {
    return calls.computeIfAbsent(name, _ -> new Counter());
  }

  /// Processes that were made, init among them.
  public long processes() {
    return processes;
  }

  /// Threads that were made beside the first of each process.
  public long threads() {
    return threads;
  }

  /// Guest instructions that were executed.
  public long instructions() {
    return instructions;
  }

  /// How many of them as Java code.
  public long compiledInstructions() {
    return compiledInstructions;
  }

  /// The system calls that were made, the most frequent ones first.
  public List<CallCount> calls() {
    return calls.entrySet().stream()
        .map(e -> new CallCount(e.getKey(), e.getValue().count, e.getValue().errors))
        .sorted(
            Comparator.comparingLong(CallCount::count).reversed().thenComparing(CallCount::name))
        .toList();
  }
}
