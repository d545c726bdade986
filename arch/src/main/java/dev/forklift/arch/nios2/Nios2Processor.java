package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.ControlRegister.*;

import dev.forklift.board.cpu.Processor;
import dev.forklift.board.cpu.Stop;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.PhysicalMemory;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A Nios II/f with memory management: modes, exceptions, its own interrupt controller.
final class Nios2Processor implements Processor {
  /// What boot loaders leave in r4, so that a kernel knows that r5 to r7 mean something.
  private static final int BOOT_MAGIC = 0x534f_494e;

  private static final int INTERRUPT_LINES = 32;
  private static final int INSTRUCTION_BYTES = 4;

  private static final int SP = 27;
  private static final int EA = 29;
  private static final int BA = 30;

  // Causes beside those in [Nios2].
  private static final int INTERRUPT = 2;
  private static final int TRAP = 3;
  private static final int SUPERVISOR_ONLY_INSTRUCTION_ADDRESS = 9;
  private static final int SUPERVISOR_ONLY_DATA_ADDRESS = 11;
  private static final int TLB_MISS = 12;
  private static final int EXECUTE_PERMISSION = 13;
  private static final int READ_PERMISSION = 14;
  private static final int WRITE_PERMISSION = 15;
  private static final int CAUSE_SHIFT = 2;

  /// What software can change in status, estatus and bstatus.
  private static final int STATUS_BITS = PIE | U | EH;

  private final Nios2Vectors vectors;
  private final Nios2Tlb tlb;
  private final Cpu cpu;
  private final MachineSpace space;
  private @Nullable Semihosting semihosting;
  private int lines;

  // What was written to pteaddr, tlbmisc and tlbacc, from which reading may differ.
  private int writtenVpn;
  private int writtenPid;

  Nios2Processor(Nios2 isa, Nios2Vectors vectors, Nios2Tlb tlb, PhysicalMemory memory, int id) {
    this.vectors = vectors;
    this.tlb = tlb;
    cpu = new Cpu(isa);
    space =
        new MachineSpace(
            memory, tlb, 1L << Integer.SIZE, Nios2Tlb.USER_LIMIT, isa.instructionAlignmentShift());
    set(CPUID, id);
    set(STATUS, RSIE);
    cpu.setPc(vectors.reset());
  }

  @Override
  public Cpu cpu() {
    return cpu;
  }

  @Override
  public MachineSpace space() {
    return space;
  }

  private int get(int number) {
    return (int) cpu.register(slot(number));
  }

  private void set(int number, int value) {
    cpu.setRegister(slot(number), value);
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
  public long physicalStack() {
    return Nios2Tlb.direct(cpu.unsignedRegister(SP));
  }

  @Override
  public void boot(long entry, BootArguments arguments) {
    cpu.setPc(entry);
    cpu.setRegister(4, BOOT_MAGIC);
    cpu.setRegister(5, arguments.ramdisk());
    cpu.setRegister(6, arguments.tree());
    cpu.setRegister(7, arguments.commandLine());
  }

  // Modes.

  @Override
  public boolean isUserMode() {
    return (get(STATUS) & U) != 0;
  }

  private void setStatus(int value) {
    set(STATUS, (value & STATUS_BITS) | RSIE);
    space.setUserMode((value & U) != 0);
  }

  // Interrupts.

  @Override
  public int interruptLines() {
    return INTERRUPT_LINES;
  }

  @Override
  public void setInterrupt(int line, boolean raised) {
    int before = lines;
    lines = raised ? before | (1 << line) : before & ~(1 << line);
    if ((lines & ~before) != 0) {
      cpu.interrupt();
    }
  }

  private int pending() {
    return lines & get(IENABLE);
  }

  @Override
  public boolean takesInterrupts() {
    return (get(STATUS) & PIE) != 0;
  }

  @Override
  public void takeInterrupt() {
    if (takesInterrupts() && pending() != 0) {
      enter(INTERRUPT, vectors.exception());
    }
  }

  // Exceptions.

  @Override
  public @Nullable Stop answer(Exit exit) {
    switch (exit) {
      case TRAP -> {
        int code = cpu.exitCode();
        if (SystemOperation.is(code)) {
          return operate(code);
        }
        enter(TRAP, vectors.exception());
      }
      case EXCEPTION -> enter(cpu.exitCode(), vectors.exception());
      case FAULT -> {
        return answer(fault());
      }
      case SAFE_POINT, BREAKPOINT, WATCHPOINT -> throw new IllegalStateException("exit " + exit);
    }
    return null;
  }

  private GuestFault fault() {
    GuestFault fault = cpu.fault();
    if (fault == null) {
      throw new IllegalStateException("an exit for a fault without one");
    }
    return fault;
  }

  private @Nullable Stop answer(GuestFault fault) {
    if (fault.kind() == GuestFault.Kind.PAST_END_OF_FILE) {
      return fault.address() == vectors.reset()
          ? new Stop(Stop.Kind.RESET, "reset")
          : new Stop(
              Stop.Kind.LOST,
              "the CPU went to 0x%08x, where there is no memory".formatted(fault.address()));
    }
    boolean data = fault.access() != Access.EXECUTE;
    set(BADADDR, (int) fault.address());
    if (isUserMode() && fault.address() >= Nios2Tlb.USER_LIMIT) {
      enter(
          data ? SUPERVISOR_ONLY_DATA_ADDRESS : SUPERVISOR_ONLY_INSTRUCTION_ADDRESS,
          vectors.exception());
      return null;
    }
    switch (fault.kind()) {
      case MISALIGNED -> enter(Nios2.MISALIGNED_DATA, vectors.exception());
      case UNMAPPED -> miss(fault.address(), data);
      case PROTECTED -> {
        int cause =
            switch (fault.access()) {
              case READ -> READ_PERMISSION;
              case WRITE -> WRITE_PERMISSION;
              case EXECUTE -> EXECUTE_PERMISSION;
            };
        tell(fault.address(), PERM | (data ? D : 0));
        enter(cause, vectors.exception());
      }
      default -> throw new IllegalStateException(fault.getMessage());
    }
    return null;
  }

  /// A page that the TLB does not have. Only the first miss has its own fast way; one while an
  /// exception is handled goes where all exceptions go.
  private void miss(long address, boolean data) {
    boolean first = (get(STATUS) & EH) == 0;
    tell(address, (data ? D : 0) | (first ? WE : DBL));
    enter(TLB_MISS, first ? vectors.fastTlbMiss() : vectors.exception());
  }

  /// Leaves in pteaddr and tlbmisc what the handler wants to know.
  private void tell(long address, int misc) {
    writtenVpn = (int) (address >>> Nios2Tlb.PAGE_SHIFT);
    set(PTEADDR, (get(PTEADDR) & PTBASE_MASK) | (writtenVpn << VPN_SHIFT));
    set(TLBMISC, (get(TLBMISC) & ~(D | PERM | BAD | DBL)) | misc);
  }

  /// Goes to a handler. What is to be resumed is lost if that happens while an exception is
  /// handled.
  private void enter(int cause, long vector) {
    int status = get(STATUS);
    if ((status & EH) == 0) {
      set(ESTATUS, status);
      cpu.setRegister(EA, cpu.pc() + INSTRUCTION_BYTES);
    }
    setStatus((status & ~(PIE | U)) | EH);
    set(EXCEPTION, cause << CAUSE_SHIFT);
    cpu.setPc(vector);
  }

  private void breakOff() {
    int status = get(STATUS);
    set(BSTATUS, status);
    cpu.setRegister(BA, cpu.pc() + INSTRUCTION_BYTES);
    setStatus((status & ~(PIE | U)) | EH);
    cpu.setPc(vectors.exception());
  }

  // What a supervisor asks for.

  private @Nullable Stop operate(int code) {
    long next = cpu.nextPc();
    Stop stop = null;
    switch (SystemOperation.of(code)) {
      case ERET -> {
        next = cpu.unsignedRegister(EA);
        setStatus(get(ESTATUS));
      }
      case BRET -> {
        next = cpu.unsignedRegister(BA);
        setStatus(get(BSTATUS));
      }
      case RDCTL -> cpu.setRegister(SystemOperation.register(code), pending());
      case WRCTL ->
          write(SystemOperation.control(code), (int) cpu.register(SystemOperation.register(code)));
      case BREAK -> {
        Semihosting tool = tool();
        if (SystemOperation.control(code) != Semihosting.BREAK || tool == null) {
          breakOff();
          return null;
        }
        stop = tool.call();
      }
      case HALT -> {
        Semihosting tool = tool();
        stop = tool == null ? null : tool.halt();
      }
    }
    if (stop != null) {
      // Whoever runs it on gets the same answer.
      return stop;
    }
    cpu.setPc(next);
    takeInterrupt();
    return null;
  }

  /// The tool that runs it, if it may be asked: not by user mode.
  private @Nullable Semihosting tool() {
    return isUserMode() ? null : semihosting;
  }

  @Override
  public void semihost(IntConsumer console) {
    semihosting = new Semihosting(cpu, space, console);
  }

  private void write(int control, int value) {
    switch (control) {
      case STATUS -> setStatus(value);
      case ESTATUS, BSTATUS -> set(control, (value & STATUS_BITS) | RSIE);
      case IENABLE, BADADDR, CONFIG -> set(control, value);
      case PTEADDR -> {
        // What is read back stays what the last miss or lookup has left.
        writtenVpn = (value & VPN_MASK) >>> VPN_SHIFT;
        set(PTEADDR, (get(PTEADDR) & VPN_MASK) | (value & PTBASE_MASK));
      }
      case TLBACC -> writeTlbacc(value);
      case TLBMISC -> writeTlbmisc(value);
      default -> {
        // There is no such register, or it can only be read.
      }
    }
  }

  private void writeTlbacc(int value) {
    int misc = get(TLBMISC);
    if ((misc & WE) != 0) {
      int way = (misc >>> WAY_SHIFT) & WAY_MASK;
      tlb.write(way, writtenVpn, writtenPid, value, space);
      set(TLBMISC, (misc & ~(WAY_MASK << WAY_SHIFT)) | (tlb.nextWay(way) << WAY_SHIFT));
    }
  }

  private void writeTlbmisc(int value) {
    writtenPid = pid(value);
    tlb.setPid(writtenPid, space);
    int readable = value & ~RD;
    if ((value & RD) != 0) {
      Nios2Tlb.Entry entry = tlb.read((value >>> WAY_SHIFT) & WAY_MASK, writtenVpn);
      set(TLBACC, entry.tlbacc());
      set(PTEADDR, (get(PTEADDR) & PTBASE_MASK) | (entry.vpn() << VPN_SHIFT));
      readable = (readable & ~pidField(-1)) | pidField(entry.pid());
    }
    set(TLBMISC, readable);
  }

  private static int pid(int tlbmisc) {
    return (tlbmisc >>> PID_SHIFT) & ((1 << PID_BITS) - 1);
  }

  private static int pidField(int pid) {
    return (pid & ((1 << PID_BITS) - 1)) << PID_SHIFT;
  }
}
