package dev.forklift.kernel.arch;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.DataModel;

/// How an architecture lays out what it saves on the user's stack around a signal handler.
///
/// The kernel picks the stack, writes and reads the bytes; the architecture says what they are.
public interface SignalFrame {
  /// Bytes of the whole frame.
  int size();

  /// The frame's address for a stack pointer: below it, aligned.
  long place(long stackPointer);

  /// Builds the frame.
  ///
  /// @param siginfo the 128 bytes of siginfo_t
  /// @param context what the frame must remember beside registers
  byte[] build(Cpu cpu, byte[] siginfo, Context context);

  /// Points the registers at the handler, for a frame that has been written to `address`.
  ///
  /// @param restorer SA_RESTORER's address, or 0
  void enterHandler(
      Cpu cpu, long address, int signal, long handler, boolean hasSiginfo, long restorer);

  /// The address of the frame that sigreturn refers to.
  long addressAtReturn(Cpu cpu);

  /// Takes registers back from a frame.
  ///
  /// @return what else it remembered, or null if the frame is malformed
  @org.jspecify.annotations.Nullable
  Context restore(Cpu cpu, byte[] frame);

  /// What a frame remembers beside the registers: the signal mask and the alternate stack
  /// (`uc_sigmask`, `uc_stack`).
  record Context(long mask, long altStackAddress, int altStackFlags, long altStackSize) {}

  /// The data model is that of the architecture's ABI.
  DataModel dataModel();
}
