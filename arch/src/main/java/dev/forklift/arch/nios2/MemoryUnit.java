package dev.forklift.arch.nios2;

import dev.forklift.board.state.Stateful;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.Mmu;
import org.jspecify.annotations.Nullable;

/// What a CPU has between itself and memory: nothing, an MPU or an MMU.
sealed interface MemoryUnit extends Mmu, Stateful permits StraightMemory, Nios2Mpu, TlbUnit {
  int PAGE_SHIFT = 12;

  /// The exception that is taken instead of an access.
  ///
  /// @param isFastMiss whether it goes where only TLB misses go
  record Refusal(int cause, boolean isFastMiss) {
    Refusal(int cause) {
      this(cause, false);
    }
  }

  /// The physical address behind one that is not translated.
  long physical(long address);

  /// The address at which code finds what is at a physical one, untranslated.
  long unmapped(long physical);

  /// Whether code can run at `address` untranslated.
  boolean runsUnmapped(long address);

  /// The first address that user mode must not use.
  long userLimit();

  /// The bits of status that there are because of it.
  int statusBits();

  /// Whether what is allowed depends on the mode.
  default boolean isPerMode() {
    return false;
  }

  /// Software writes a control register of its.
  void write(int control, int value, ControlRegisters registers, MachineSpace space);

  /// The exception for an access that failed, after control registers have been set to say more; or
  /// null if it had nothing to do with it.
  @Nullable Refusal refuse(GuestFault fault, ControlRegisters registers);
}
