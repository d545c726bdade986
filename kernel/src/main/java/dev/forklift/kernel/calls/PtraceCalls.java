package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.ptrace.PtraceRequests;

/// Tracing of one process by another.
final class PtraceCalls {
  private PtraceCalls() {}

  static void rows(SyscallTable table) {
    table.sys(117, "ptrace", INT, INT, ADDR, ADDR, PtraceRequests::perform);
  }
}
