package dev.forklift.kernel.process;

import dev.forklift.engine.memory.Access;
import dev.forklift.kernel.signal.SigInfo;

/// Why a traced task stands still.
public sealed interface TraceStop {
  /// The tracer wanted it.
  record Asked() implements TraceStop {}

  /// It has come to a breakpoint, and not executed the instruction there.
  record Breakpoint() implements TraceStop {}

  /// It has executed one instruction.
  record Stepped() implements TraceStop {}

  /// The instruction just executed has accessed something watched.
  record Watched(long address, Access access) implements TraceStop {}

  /// It is about to act upon a signal. The tracer says which it is to be.
  record Signalled(SigInfo info) implements TraceStop {}

  /// It has become another program, and executed nothing of it.
  record Executed() implements TraceStop {}
}
