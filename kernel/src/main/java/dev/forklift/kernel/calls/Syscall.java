package dev.forklift.kernel.calls;

import dev.forklift.kernel.process.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row of the table of system calls.
///
/// @param number in the guest's numbering
/// @param name as in man page section 2
/// @param kinds of the arguments, for traces
/// @param call the handler, with its arguments still in the registers
/// @param missing what it lacks, or null
/// @param raw whether it answers by itself
public record Syscall(
    int number,
    String name,
    List<Arg<?>> kinds,
    SyscallTable.RawCall call,
    @Nullable String missing,
    boolean raw) {

  public Syscall {
    kinds = List.copyOf(kinds);
  }

  Syscall(int number, String name, List<Arg<?>> kinds, SyscallTable.RawCall call) {
    this(number, name, kinds, call, null, false);
  }

  Syscall withMissing(String what) {
    return new Syscall(number, name, kinds, call, what, raw);
  }

  Syscall asRaw() {
    return new Syscall(number, name, kinds, call, missing, true);
  }

  /// Name and arguments as strace prints them.
  public String show(Task task, SyscallFrame frame) {
    StringBuilder out = new StringBuilder(name).append('(');
    int slot = 0;
    for (int i = 0; i < kinds.size(); i++) {
      Arg<?> kind = kinds.get(i);
      out.append(i == 0 ? "" : ", ").append(kind.show(task, frame, slot));
      slot += kind.slots(frame);
    }
    return out.append(')').toString();
  }
}
