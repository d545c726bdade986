package dev.forklift.cli;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.calls.Syscall;
import dev.forklift.kernel.calls.SyscallFrame;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.process.Task;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Prints system calls as strace does, each when it has been answered; and names numbers that stand
/// for no system call.
///
/// All methods run under the kernel lock.
final class SyscallTrace implements SyscallObserver {
  private static final Set<String> NEVER_ANSWERED = Set.of("exit", "exit_group");
  private static final Set<String> ADDRESSES = Set.of("brk", "mmap", "mmap2", "mremap", "shmat");
  private static final int RESULT_COLUMN = 40;
  private static final int LARGEST_PLAIN = 1 << 20;

  private final Consumer<String> lines;
  private final boolean calls;
  private final boolean unknown;
  private final Map<Task, String> open = new HashMap<>();
  private final BitSet named = new BitSet();
  private int first;
  private boolean several;

  /// @param lines takes what is to be printed, without waiting
  /// @param calls whether to print all calls
  /// @param unknown whether to name each unknown number once
  SyscallTrace(Consumer<String> lines, boolean calls, boolean unknown) {
    this.lines = lines;
    this.calls = calls;
    this.unknown = unknown;
  }

  @Override
  public void enter(Syscall row, SyscallFrame frame) {
    if (!calls) {
      return;
    }
    String call = row.show(frame.task(), frame);
    if (NEVER_ANSWERED.contains(row.name())) {
      print(frame.task(), call, "?");
    } else {
      open.put(frame.task(), call);
    }
  }

  @Override
  public void leave(Syscall row, SyscallFrame frame, long result, @Nullable Errno error) {
    String call = open.remove(frame.task());
    if (call == null) {
      return;
    }
    String answer;
    if (error == null) {
      answer =
          ADDRESSES.contains(row.name())
              ? "0x" + Integer.toHexString((int) result)
              : Long.toString(result);
    } else if (error.isRestart()) {
      answer = "? " + error.getMessage();
    } else {
      answer = "-1 " + error.getMessage();
    }
    print(frame.task(), call, answer);
  }

  @Override
  public void unknown(Task task, int number, SyscallFrame frame) {
    if (calls) {
      print(task, "syscall_" + number + "()", "-1 ENOSYS (Function not implemented)");
    } else if (unknown && (number < 0 || number > LARGEST_PLAIN || !named.get(number))) {
      if (number >= 0 && number <= LARGEST_PLAIN) {
        named.set(number);
      }
      lines.accept("forklift: system call " + number + " is not known; answered with ENOSYS");
    }
  }

  private void print(Task task, String call, String answer) {
    int pid = task.tid();
    if (first == 0) {
      first = pid;
    }
    several |= pid != first;
    String who = several ? "[pid %5d] ".formatted(pid) : "";
    lines.accept(
        who + call + " ".repeat(Math.max(0, RESULT_COLUMN - 1 - call.length())) + " = " + answer);
  }
}
