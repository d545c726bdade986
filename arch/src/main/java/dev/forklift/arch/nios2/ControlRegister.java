package dev.forklift.arch.nios2;

/// Numbers and fields of the control registers (Nios II Processor Reference Guide, "Control
/// Registers").
final class ControlRegister {
  static final int COUNT = 32;

  static final int STATUS = 0;
  static final int ESTATUS = 1;
  static final int BSTATUS = 2;
  static final int IENABLE = 3;
  static final int IPENDING = 4;
  static final int CPUID = 5;
  static final int EXCEPTION = 7;
  static final int PTEADDR = 8;
  static final int TLBACC = 9;
  static final int TLBMISC = 10;
  static final int BADADDR = 12;
  static final int CONFIG = 13;
  static final int MPUBASE = 14;
  static final int MPUACC = 15;

  // Of status.

  /// Interrupts are taken.
  static final int PIE = 1;

  /// User mode.
  static final int U = 1 << 1;

  /// An exception is being handled.
  static final int EH = 1 << 2;

  /// An interrupt from outside is being handled.
  static final int IH = 1 << 3;

  /// The level of that.
  static final int IL_SHIFT = 4;

  /// The register set in use.
  static final int CRS_SHIFT = 10;

  /// The one used before.
  static final int PRS_SHIFT = 16;

  /// The six bits of those three.
  static final int SET_MASK = 0x3f;

  /// An interrupt that could not be forbidden is being handled.
  static final int NMI = 1 << 22;

  /// Of sstatus: the register set was another one before.
  static final int SRS = 1 << 31;

  /// Of config: interrupts of a higher level are taken without being asked for.
  static final int ANI = 1 << 1;

  /// Interrupts with the register set in use are taken; always set where interrupts do not come
  /// from outside.
  static final int RSIE = 1 << 23;

  // Of tlbmisc.

  /// The exception was for data.
  static final int D = 1;

  /// It was for a permission.
  static final int PERM = 1 << 1;

  /// It was for a bad virtual address.
  static final int BAD = 1 << 2;

  /// It was a miss while an exception was handled.
  static final int DBL = 1 << 3;

  static final int PID_SHIFT = 4;
  static final int PID_BITS = 14;

  /// Writing tlbacc writes an entry.
  static final int WE = 1 << 18;

  /// Writing tlbmisc reads an entry.
  static final int RD = 1 << 19;

  static final int WAY_SHIFT = 20;
  static final int WAY_MASK = 0xf;

  // Of tlbacc.

  static final int PFN_MASK = 0xf_ffff;
  static final int G = 1 << 20;
  static final int X = 1 << 21;
  static final int W = 1 << 22;
  static final int R = 1 << 23;
  static final int C = 1 << 24;

  // Of pteaddr.

  static final int VPN_SHIFT = 2;
  static final int VPN_MASK = 0xf_ffff << VPN_SHIFT;
  static final int PTBASE_MASK = -1 << 22;

  /// Where it stands in the register file of the CPU.
  static int slot(int number) {
    return Nios2.GENERAL_REGISTERS + number;
  }

  private ControlRegister() {}
}
