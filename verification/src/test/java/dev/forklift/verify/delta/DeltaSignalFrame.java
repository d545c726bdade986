package dev.forklift.verify.delta;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.arch.SignalFrame;

/// The signal frame of Linux on Delta: siginfo, then ucontext with all registers and the pc, at the
/// stack pointer. Handlers return to the restorer that sigaction names.
final class DeltaSignalFrame implements SignalFrame {
  private static final int SIGINFO_BYTES = 128;
  private static final int REGISTERS = 17;

  /// Flags, link, stack, registers and pc, mask.
  private static final int FRAME_BYTES = SIGINFO_BYTES + 8 + 8 + 24 + 8 * (REGISTERS + 1) + 8;

  @Override
  public DataModel dataModel() {
    return DeltaLinux.DATA_MODEL;
  }

  @Override
  public int size() {
    return FRAME_BYTES;
  }

  @Override
  public long place(long stackPointer) {
    return stackPointer - FRAME_BYTES & -16;
  }

  @Override
  public byte[] build(Cpu cpu, byte[] siginfo, Context context) {
    StructWriter w = new StructWriter(dataModel());
    w.bytes(siginfo);
    w.word(0).word(0);
    w.word(context.altStackAddress()).u32(context.altStackFlags()).word(context.altStackSize());
    for (int i = 0; i < REGISTERS; i++) {
      w.word(cpu.register(i));
    }
    return w.word(cpu.pc()).u64(context.mask()).toBytes();
  }

  @Override
  public void enterHandler(
      Cpu cpu, long address, int signal, long handler, boolean hasSiginfo, long restorer) {
    cpu.setRegister(DeltaLinux.SP, address);
    cpu.setRegister(Delta.RA, restorer);
    cpu.setRegister(1, signal);
    cpu.setRegister(2, hasSiginfo ? address : 0);
    cpu.setRegister(3, hasSiginfo ? address + SIGINFO_BYTES : 0);
    cpu.setPc(handler);
  }

  @Override
  public long addressAtReturn(Cpu cpu) {
    return cpu.unsignedRegister(DeltaLinux.SP);
  }

  @Override
  public Context restore(Cpu cpu, byte[] frame) {
    StructReader r = new StructReader(dataModel(), frame).skip(SIGINFO_BYTES + 16);
    long altAddress = r.word();
    int altFlags = r.s32();
    long altSize = r.word();
    for (int i = 0; i < REGISTERS; i++) {
      cpu.setRegister(i, r.word());
    }
    cpu.setPc(r.word());
    return new Context(r.u64(), altAddress, altFlags, altSize);
  }
}
