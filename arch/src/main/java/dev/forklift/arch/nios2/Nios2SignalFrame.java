package dev.forklift.arch.nios2;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.arch.SignalFrame;
import org.jspecify.annotations.Nullable;

/// The signal frame of Nios II Linux: siginfo, then ucontext, at the stack pointer.
///
/// The registers in ucontext stand in the order of `gregs`: r1 to r23, ra, fp, gp, a word that the
/// kernel never writes, pc, sp.
final class Nios2SignalFrame implements SignalFrame {
  private static final int SIGINFO_BYTES = 128;
  private static final int FRAME_BYTES = SIGINFO_BYTES + 160;
  private static final int CONTEXT_VERSION = 2;
  private static final int GREGS = 32;
  private static final int LAST_NUMBERED = 23;

  @Override
  public DataModel dataModel() {
    return Nios2Linux.DATA_MODEL;
  }

  @Override
  public int size() {
    return FRAME_BYTES;
  }

  @Override
  public long place(long stackPointer) {
    return (stackPointer - FRAME_BYTES) & 0xffff_fff8L;
  }

  @Override
  public byte[] build(Cpu cpu, byte[] siginfo, Context context) {
    StructWriter w = new StructWriter(dataModel());
    w.bytes(siginfo);
    w.word(0).word(0); // uc_flags, uc_link
    w.word(context.altStackAddress()).u32(context.altStackFlags()).word(context.altStackSize());
    w.u32(CONTEXT_VERSION);
    for (int r = 1; r <= LAST_NUMBERED; r++) {
      w.word(cpu.register(r));
    }
    w.word(cpu.register(Nios2Linux.RA));
    w.word(cpu.register(Nios2Linux.FP));
    w.word(cpu.register(Nios2Linux.GP));
    w.word(0);
    w.word(cpu.pc());
    w.word(cpu.register(Nios2Linux.SP));
    for (int i = LAST_NUMBERED + 6; i < GREGS; i++) {
      w.word(0);
    }
    return w.u32(context.mask()).u32(context.mask() >>> 32).toBytes();
  }

  @Override
  public void enterHandler(
      Cpu cpu, long address, int signal, long handler, boolean hasSiginfo, long restorer) {
    cpu.setRegister(Nios2Linux.SP, address);
    cpu.setRegister(Nios2Linux.RA, Nios2Linux.KUSER_SIGRETURN);
    cpu.setRegister(4, signal);
    cpu.setRegister(5, address);
    cpu.setRegister(6, address + SIGINFO_BYTES);
    cpu.setPc(handler);
  }

  @Override
  public long addressAtReturn(Cpu cpu) {
    return cpu.unsignedRegister(Nios2Linux.SP);
  }

  @Override
  public @Nullable Context restore(Cpu cpu, byte[] frame) {
    StructReader r = new StructReader(dataModel(), frame).skip(SIGINFO_BYTES + 8);
    long altAddress = r.word();
    int altFlags = r.s32();
    long altSize = r.word();
    if (r.s32() != CONTEXT_VERSION) {
      return null;
    }
    for (int i = 1; i <= LAST_NUMBERED; i++) {
      cpu.setRegister(i, r.signedWord());
    }
    cpu.setRegister(Nios2Linux.RA, r.signedWord());
    // The real kernel takes neither fp nor gp from the frame: they stay as the handler left them.
    r.skip(3 * 4);
    cpu.setPc(r.word());
    cpu.setRegister(Nios2Linux.SP, r.signedWord());
    r.skip(4 * (GREGS - LAST_NUMBERED - 6));
    long mask = r.u32() | r.u32() << 32;
    return new Context(mask, altAddress, altFlags, altSize);
  }
}
