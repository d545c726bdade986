package dev.forklift.arch.nios2;

import dev.forklift.engine.isa.Instruction;
import dev.forklift.engine.isa.Isa;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.FrameMemory;
import dev.forklift.kernel.arch.FrameRegisters;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds out from a function's code how much it has put on the stack, and which registers it has
/// saved where: `addi sp,sp,-N`, `stw ra,M(sp)` and the like, up to where it runs.
///
/// Code is read in the order of addresses. An epilogue in the middle (registers loaded again, the
/// stack pointer raised, `ret`) is undone behind its end, where other code of the body follows.
final class Nios2Prologue {
  private static final long MASK = 0xffff_ffffL;
  private static final int REGISTERS = 32;
  private static final int NOT_SAVED = Integer.MIN_VALUE;

  /// A function of unknown beginning is looked for this far back.
  private static final int BACK_BYTES = 16384;

  /// How much code is read of a function.
  private static final int CODE_BYTES = 1 << 20;

  private final Isa isa;

  Nios2Prologue(Isa isa) {
    this.isa = isa;
  }

  /// The registers of the function's caller, or null if the code does not tell them.
  @Nullable FrameRegisters caller(
      FrameRegisters callee, long functionStart, boolean innermost, FrameMemory memory) {
    long pc = callee.pc();
    if ((pc & 3) != 0) {
      return innermost ? callerOfLeaf(callee) : null;
    }
    long start = functionStart >= 0 ? functionStart : findStart(pc, memory);
    Frame frame = new Frame();
    if (start >= 0 && pc - start <= CODE_BYTES) {
      try {
        for (long at = start & -4L; at < pc; at += 4) {
          frame.pass(isa.instructions().decode(memory.int32(at), 4));
        }
      } catch (Errno e) {
        // Code that cannot be read, as behind a jump to nowhere.
        return innermost ? callerOfLeaf(callee) : null;
      }
    }
    return frame.caller(callee, innermost, memory);
  }

  private static @Nullable FrameRegisters callerOfLeaf(FrameRegisters callee) {
    return new Frame().caller(callee, true, NOTHING);
  }

  private static final FrameMemory NOTHING =
      new FrameMemory() {
        @Override
        public long word(long address) throws Errno {
          throw Errno.EFAULT;
        }

        @Override
        public int int32(long address) throws Errno {
          throw Errno.EFAULT;
        }
      };

  /// The last place before pc where the stack pointer is lowered, unless a return lies between.
  private long findStart(long pc, FrameMemory memory) {
    try {
      for (long at = pc - 4; at >= Math.max(0, pc - BACK_BYTES); at -= 4) {
        Instruction instruction = isa.instructions().decode(memory.int32(at), 4);
        if (instruction != null && isAdjustment(instruction) && instruction.get("imm") < 0) {
          return at;
        }
      }
    } catch (Errno e) {
      // The beginning of the mapping.
    }
    return -1;
  }

  private static boolean isAdjustment(Instruction i) {
    return i.name().equals("addi") && i.get("ra") == Nios2Linux.SP && i.get("rb") == Nios2Linux.SP;
  }

  /// Where things are on the stack, as offsets from the stack pointer at the function's entry.
  private static final class Frame {
    private int depth;
    private int frameDepth = NOT_SAVED;
    private final int[] saved = new int[REGISTERS];

    /// Numbers that lie in registers, for frames too large for one instruction.
    private final long[] numbers = new long[REGISTERS];

    private int bodyDepth = NOT_SAVED;
    private int[] bodySaved = {};

    Frame() {
      Arrays.fill(saved, NOT_SAVED);
    }

    void pass(@Nullable Instruction i) {
      if (i == null) {
        return;
      }
      switch (i.name()) {
        case "addi" -> addi(i);
        case "orhi" -> number(i, (long) i.get("imm") << 16, false);
        case "ori" -> number(i, i.get("imm"), false);
        case "add" -> add(i, 1);
        case "sub" -> add(i, -1);
        case "stw" -> store(i);
        case "ldw" -> load(i);
        case "ret", "jmp", "jmpi", "br" -> leaveEpilogue();
        default -> {}
      }
    }

    private void addi(Instruction i) {
      int ra = i.get("ra");
      int rb = i.get("rb");
      int imm = i.get("imm");
      if (ra == Nios2Linux.SP && rb == Nios2Linux.SP) {
        adjust(-imm);
      } else if (ra == Nios2Linux.SP && rb == Nios2Linux.FP) {
        frameDepth = depth - imm;
      } else if (ra == Nios2Linux.FP && rb == Nios2Linux.SP && frameDepth != NOT_SAVED) {
        enterEpilogue();
        depth = frameDepth - imm;
      } else {
        number(i, imm, true);
      }
    }

    private void number(Instruction i, long imm, boolean sum) {
      int ra = i.get("ra");
      int rb = i.get("rb");
      long base = ra == 0 ? 0 : numbers[ra];
      if (rb != Nios2Linux.SP && rb != Nios2Linux.FP) {
        numbers[rb] = sum ? base + imm : base | imm;
      }
    }

    private void add(Instruction i, int sign) {
      int ra = i.get("ra");
      int rb = i.get("rb");
      int rc = i.get("rc");
      if (rc == Nios2Linux.SP && ra == Nios2Linux.SP) {
        adjust(-sign * (int) numbers[rb]);
      } else if (rc == Nios2Linux.FP && ra == Nios2Linux.SP && rb == 0) {
        frameDepth = depth;
      } else if (rc == Nios2Linux.SP && ra == Nios2Linux.FP && frameDepth != NOT_SAVED) {
        enterEpilogue();
        depth = frameDepth;
      }
    }

    private void adjust(int bytes) {
      if (bytes < 0) {
        enterEpilogue();
      }
      depth += bytes;
    }

    private static boolean isPreserved(int register) {
      return (register >= 16 && register <= 23)
          || register == Nios2Linux.FP
          || register == Nios2Linux.RA
          || register == Nios2Linux.GP;
    }

    /// The first time a register that belongs to the caller is stored is when it is saved.
    private void store(Instruction i) {
      int register = i.get("rb");
      if (isPreserved(register) && saved[register] == NOT_SAVED) {
        if (i.get("ra") == Nios2Linux.SP) {
          saved[register] = i.get("imm") - depth;
        } else if (i.get("ra") == Nios2Linux.FP && frameDepth != NOT_SAVED) {
          saved[register] = i.get("imm") - frameDepth;
        }
      }
    }

    private void load(Instruction i) {
      int register = i.get("rb");
      numbers[register] = 0;
      if (isPreserved(register)
          && i.get("ra") == Nios2Linux.SP
          && saved[register] == i.get("imm") - depth) {
        enterEpilogue();
        saved[register] = NOT_SAVED;
      }
    }

    private void enterEpilogue() {
      if (bodyDepth == NOT_SAVED) {
        bodyDepth = depth;
        bodySaved = saved.clone();
      }
    }

    private void leaveEpilogue() {
      if (bodyDepth != NOT_SAVED) {
        depth = bodyDepth;
        System.arraycopy(bodySaved, 0, saved, 0, REGISTERS);
        bodyDepth = NOT_SAVED;
      }
    }

    @Nullable FrameRegisters caller(FrameRegisters callee, boolean innermost, FrameMemory memory) {
      boolean byFrame =
          frameDepth != NOT_SAVED && bodyDepth == NOT_SAVED && callee.isKnown(Nios2Linux.FP);
      if (!callee.isKnown(Nios2Linux.SP)
          || (saved[Nios2Linux.RA] == NOT_SAVED
              && (!innermost || !callee.isKnown(Nios2Linux.RA)))) {
        return null;
      }
      // Through fp, what alloca took is not in the way.
      long entry =
          byFrame ? callee.get(Nios2Linux.FP) + frameDepth : callee.get(Nios2Linux.SP) + depth;
      FrameRegisters caller = new FrameRegisters(callee);
      for (int r = 0; r < REGISTERS; r++) {
        if (saved[r] != NOT_SAVED) {
          try {
            caller.set(r, memory.word(entry + saved[r] & MASK));
          } catch (Errno e) {
            caller.forget(r);
          }
        } else if (r != 0 && !isPreserved(r)) {
          caller.forget(r);
        }
      }
      if (!caller.isKnown(Nios2Linux.RA)) {
        return null;
      }
      caller.setPc(caller.get(Nios2Linux.RA));
      caller.forget(Nios2Linux.RA);
      caller.set(Nios2Linux.SP, entry & MASK);
      return caller;
    }
  }
}
