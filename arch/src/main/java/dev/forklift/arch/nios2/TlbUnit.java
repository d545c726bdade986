package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.ControlRegister.*;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MachineSpace;
import org.jspecify.annotations.Nullable;

/// The memory management unit as software sees it: the [TLB][Nios2Tlb], the registers by which it
/// is filled, and its exceptions.
final class TlbUnit implements MemoryUnit {
  private static final int SUPERVISOR_ONLY_INSTRUCTION_ADDRESS = 9;
  private static final int SUPERVISOR_ONLY_DATA_ADDRESS = 11;
  private static final int TLB_MISS = 12;
  private static final int EXECUTE_PERMISSION = 13;
  private static final int READ_PERMISSION = 14;
  private static final int WRITE_PERMISSION = 15;

  private final Nios2Tlb tlb;

  // What was written to pteaddr and tlbmisc, from which reading may differ.
  private int writtenVpn;
  private int writtenPid;

  TlbUnit(Nios2Tlb tlb) {
    this.tlb = tlb;
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    writtenVpn = fields.cell(writtenVpn, 0, VPN_MASK >>> VPN_SHIFT);
    writtenPid = fields.cell(writtenPid, 0, (1 << PID_BITS) - 1);
    tlb.transfer(fields);
  }

  @Override
  public long translate(long page, boolean user) {
    return tlb.translate(page, user);
  }

  @Override
  public long[] fixedPages(long physicalPage) {
    return tlb.fixedPages(physicalPage);
  }

  @Override
  public long physical(long address) {
    return Nios2Tlb.direct(address);
  }

  @Override
  public long unmapped(long physical) {
    return Nios2Tlb.DIRECT_START | physical;
  }

  @Override
  public boolean runsUnmapped(long address) {
    return address >= Nios2Tlb.DIRECT_START;
  }

  @Override
  public long userLimit() {
    return Nios2Tlb.USER_LIMIT;
  }

  @Override
  public int statusBits() {
    return U | EH;
  }

  // Exceptions.

  @Override
  public @Nullable Refusal refuse(GuestFault fault, ControlRegisters registers) {
    boolean data = fault.access() != Access.EXECUTE;
    if (registers.has(STATUS, U) && fault.address() >= Nios2Tlb.USER_LIMIT) {
      return new Refusal(data ? SUPERVISOR_ONLY_DATA_ADDRESS : SUPERVISOR_ONLY_INSTRUCTION_ADDRESS);
    }
    return switch (fault.kind()) {
      case UNMAPPED -> miss(fault.address(), data, registers);
      case PROTECTED -> {
        tell(fault.address(), PERM | (data ? D : 0), registers);
        yield new Refusal(
            switch (fault.access()) {
              case READ -> READ_PERMISSION;
              case WRITE -> WRITE_PERMISSION;
              case EXECUTE -> EXECUTE_PERMISSION;
            });
      }
      default -> null;
    };
  }

  /// A page that the TLB does not have. Only the first miss has its own fast way; one while an
  /// exception is handled goes where all exceptions go.
  private Refusal miss(long address, boolean data, ControlRegisters registers) {
    boolean first = !registers.has(STATUS, EH);
    tell(address, (data ? D : 0) | (first ? WE : DBL), registers);
    return new Refusal(TLB_MISS, first);
  }

  /// Leaves in pteaddr and tlbmisc what the handler wants to know.
  private void tell(long address, int misc, ControlRegisters registers) {
    writtenVpn = (int) (address >>> PAGE_SHIFT);
    registers.set(PTEADDR, (registers.get(PTEADDR) & PTBASE_MASK) | (writtenVpn << VPN_SHIFT));
    registers.set(TLBMISC, (registers.get(TLBMISC) & ~(D | PERM | BAD | DBL)) | misc);
  }

  // Registers.

  @Override
  public void write(int control, int value, ControlRegisters registers, MachineSpace space) {
    switch (control) {
      case PTEADDR -> {
        // What is read back stays what the last miss or lookup has left.
        writtenVpn = (value & VPN_MASK) >>> VPN_SHIFT;
        registers.set(PTEADDR, (registers.get(PTEADDR) & VPN_MASK) | (value & PTBASE_MASK));
      }
      case TLBACC -> writeTlbacc(value, registers, space);
      case TLBMISC -> writeTlbmisc(value, registers, space);
      case CONFIG -> registers.set(CONFIG, value);
      default -> {
        // It has no other.
      }
    }
  }

  private void writeTlbacc(int value, ControlRegisters registers, MachineSpace space) {
    int misc = registers.get(TLBMISC);
    if ((misc & WE) != 0) {
      int way = (misc >>> WAY_SHIFT) & WAY_MASK;
      tlb.write(way, writtenVpn, writtenPid, value, space);
      registers.set(TLBMISC, (misc & ~(WAY_MASK << WAY_SHIFT)) | (tlb.nextWay(way) << WAY_SHIFT));
    }
  }

  private void writeTlbmisc(int value, ControlRegisters registers, MachineSpace space) {
    writtenPid = pid(value);
    tlb.setPid(writtenPid, space);
    int readable = value & ~RD;
    if ((value & RD) != 0) {
      Nios2Tlb.Entry entry = tlb.read((value >>> WAY_SHIFT) & WAY_MASK, writtenVpn);
      registers.set(TLBACC, entry.tlbacc());
      registers.set(PTEADDR, (registers.get(PTEADDR) & PTBASE_MASK) | (entry.vpn() << VPN_SHIFT));
      readable = (readable & ~pidField(-1)) | pidField(entry.pid());
    }
    registers.set(TLBMISC, readable);
  }

  private static int pid(int tlbmisc) {
    return (tlbmisc >>> PID_SHIFT) & ((1 << PID_BITS) - 1);
  }

  private static int pidField(int pid) {
    return (pid & ((1 << PID_BITS) - 1)) << PID_SHIFT;
  }
}
