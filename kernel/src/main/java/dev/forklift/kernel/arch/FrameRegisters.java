package dev.forklift.kernel.arch;

import dev.forklift.engine.cpu.Cpu;
import java.util.BitSet;

/// What is known of the registers of one function on the stack: those of the CPU for the innermost
/// one, and ever fewer for its callers.
public final class FrameRegisters {
  private final long[] values;
  private final BitSet known = new BitSet();
  private long pc;

  /// The registers of the innermost function.
  public FrameRegisters(Cpu cpu) {
    values = new long[cpu.isa().registers().count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = cpu.unsignedRegister(i);
    }
    known.set(0, values.length);
    pc = cpu.pc();
  }

  /// A copy, to become those of the caller.
  public FrameRegisters(FrameRegisters callee) {
    values = callee.values.clone();
    known.or(callee.known);
    pc = callee.pc;
  }

  /// Where it runs, or for a caller, where it goes on.
  public long pc() {
    return pc;
  }

  public void setPc(long address) {
    pc = address;
  }

  /// Says whether there is such a register with a known value.
  public boolean isKnown(int register) {
    return register >= 0 && known.get(register);
  }

  /// A known register, zero-extended; 0 for one that is not known.
  public long get(int register) {
    return isKnown(register) ? values[register] : 0;
  }

  public void set(int register, long value) {
    if (register >= 0 && register < values.length) {
      values[register] = value;
      known.set(register);
    }
  }

  /// Nobody knows any more what the register held.
  public void forget(int register) {
    if (register >= 0) {
      known.clear(register);
    }
  }
}
