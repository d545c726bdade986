package dev.forklift.kernel.process;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.Errno;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// How a task that a signal has woken in a system call looks to those who look at its registers.
final class CutShortCall {
  private CutShortCall() {}

  /// Does something while such a task shows itself to be at the trap instruction, about to make the
  /// call again. If it has been sent elsewhere meanwhile, the call is forgotten.
  static <T> @Nullable T atItsTrap(Task task, Supplier<@Nullable T> stop) {
    if (task.interruptedCall() == null) {
      return stop.get();
    }
    Cpu cpu = task.cpu();
    long behind = cpu.pc();
    task.rewindToTrap();
    long shown = cpu.pc();
    T result = stop.get();
    if (cpu.pc() == shown) {
      cpu.setPc(behind);
    } else {
      task.setInterruptedCall(null);
      task.forgetRestart();
    }
    return result;
  }

  /// Does something while such a task shows itself to have been answered with the code that says
  /// how the call is made again. If that answer has been changed meanwhile, it stands.
  static void withItsAnswer(Task task, Runnable stop) {
    Errno again = task.interruptedCall();
    if (again == null) {
      stop.run();
      return;
    }
    long[] asked = registers(task.cpu());
    task.kernel().abi().fail(task.cpu(), again.number());
    long[] answered = registers(task.cpu());
    stop.run();
    long[] left = registers(task.cpu());
    for (int i = 0; i < asked.length; i++) {
      if (asked[i] != answered[i] && left[i] != answered[i]) {
        task.setInterruptedCall(null);
        task.forgetRestart();
        return;
      }
    }
    for (int i = 0; i < asked.length; i++) {
      if (asked[i] != answered[i]) {
        task.cpu().setRegister(i, asked[i]);
      }
    }
  }

  private static long[] registers(Cpu cpu) {
    return IntStream.range(0, cpu.isa().registers().count()).mapToLong(cpu::register).toArray();
  }
}
