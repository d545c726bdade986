package dev.forklift.arch.nios2;

import static dev.forklift.arch.nios2.ControlRegister.*;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.ExternalInterrupts;
import dev.forklift.board.cpu.Processor;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.state.StateFields;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.gdb.TargetRegisters;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.PhysicalMemory;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A Nios II/f: modes, exceptions, interrupts, register sets.
final class Nios2Processor implements Processor {
  /// What it has that not all have.
  ///
  /// @param id what cpuid reads
  /// @param registerSets the normal one and the shadow sets
  /// @param hasExternalInterrupts whether a controller of its own leads interrupts to it, instead
  ///   of 32 lines inside
  record Options(int id, int registerSets, boolean hasExternalInterrupts) {
    static final Options USUAL = new Options(0, 1, false);

    /// For [Nios2Features#simpleStatus].
    int simpleStatus(MemoryUnit unit) {
      return hasExternalInterrupts || registerSets > 1 ? 0 : PIE | unit.statusBits();
    }
  }

  /// What boot loaders leave in r4, so that a kernel knows that r5 to r7 mean something.
  private static final int BOOT_MAGIC = 0x534f_494e;

  private static final int INTERRUPT_LINES = 32;
  private static final int INSTRUCTION_BYTES = 4;

  /// More than any machine will ever execute.
  private static final long MOST_INSTRUCTIONS = 1L << 56;

  private static final int SP = 27;
  private static final int EA = 29;
  private static final int BA = 30;
  private static final int SSTATUS = 30;

  // Causes beside those in [Nios2].
  private static final int INTERRUPT = 2;
  private static final int TRAP = 3;
  private static final int CAUSE_SHIFT = 2;

  private final Nios2 isa;
  private final Nios2Vectors vectors;
  private final Options options;
  private final MemoryUnit unit;
  private final Cpu cpu;
  private final ControlRegisters registers;
  private final RegisterSets sets;
  private final MachineSpace space;

  /// The bits of status that there are, and those of them that wrctl can change.
  private final int statusBits;

  private final int writableBits;

  private @Nullable ExternalInterrupts external;
  private @Nullable Semihosting semihosting;
  private int lines;

  Nios2Processor(
      Nios2 isa, Nios2Vectors vectors, MemoryUnit unit, PhysicalMemory memory, Options options) {
    this.isa = isa;
    this.vectors = vectors;
    this.options = options;
    this.unit = unit;
    cpu = new Cpu(isa);
    registers = new ControlRegisters(cpu);
    sets = new RegisterSets(cpu, options.registerSets);
    space =
        new MachineSpace(
            memory, unit, 1L << Integer.SIZE, unit.userLimit(), isa.instructionAlignmentShift());
    writableBits =
        PIE
            | unit.statusBits()
            | (options.hasExternalInterrupts ? IH | (SET_MASK << IL_SHIFT) | RSIE : 0)
            | (options.registerSets > 1 ? setBits() << PRS_SHIFT : 0);
    statusBits =
        writableBits
            | (options.hasExternalInterrupts ? NMI : 0)
            | (options.registerSets > 1 ? setBits() << CRS_SHIFT : 0);
    registers.set(CPUID, options.id);
    registers.set(STATUS, RSIE);
    cpu.setPc(vectors.reset());
  }

  /// The bits that a number of a register set needs.
  private int setBits() {
    return (Integer.highestOneBit(options.registerSets - 1) << 1) - 1;
  }

  @Override
  public Cpu cpu() {
    return cpu;
  }

  @Override
  public TargetRegisters debugging() {
    return new Nios2SystemRegisters(isa, value -> write(STATUS, value));
  }

  @Override
  public MachineSpace space() {
    return space;
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    for (int i = 0; i < cpu.isa().registers().count(); i++) {
      cpu.setRegister(i, fields.number(cpu.register(i)));
    }
    cpu.setPc(fields.number(cpu.pc(), 0, 0xffff_ffffL) & -INSTRUCTION_BYTES);
    cpu.setInstructions(fields.number(cpu.instructions(), 0, MOST_INSTRUCTIONS));
    lines = fields.cell(lines);
    showPending();
    sets.transfer(fields);
    unit.transfer(fields);
    space.forgetAll();
    space.setUserMode(isUserMode());
  }

  @Override
  public long physical(long address) {
    return unit.physical(address);
  }

  @Override
  public long unmapped(long physical) {
    return unit.unmapped(physical);
  }

  @Override
  public boolean runsUnmapped(long address) {
    return unit.runsUnmapped(address);
  }

  @Override
  public long physicalStack() {
    return unit.physical(cpu.unsignedRegister(SP));
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
    return registers.has(STATUS, U);
  }

  /// Takes over a status that was saved, or made of one. What is always set stays so.
  private void setStatus(int value) {
    int status = (value & statusBits) | (options.hasExternalInterrupts ? 0 : RSIE);
    boolean wasUser = isUserMode();
    registers.set(STATUS, status);
    sets.use(field(status, CRS_SHIFT));
    if (wasUser != isUserMode()) {
      space.setUserMode(!wasUser);
      if (unit.isPerMode()) {
        space.forgetAll();
      }
    }
  }

  private static int field(int status, int shift) {
    return (status >>> shift) & SET_MASK;
  }

  private static int with(int status, int shift, int field) {
    return (status & ~(SET_MASK << shift)) | (field << shift);
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
    showPending();
    if ((lines & ~before) != 0) {
      cpu.interrupt();
    }
  }

  private int pending() {
    return registers.get(IPENDING);
  }

  private void showPending() {
    registers.set(IPENDING, lines & registers.get(IENABLE));
  }

  @Override
  public boolean connect(ExternalInterrupts controller) {
    if (!options.hasExternalInterrupts || external != null) {
      return false;
    }
    external = controller;
    return true;
  }

  @Override
  public boolean takesInterrupts() {
    return registers.has(STATUS, PIE)
        || (external != null && !registers.has(STATUS, NMI) && external.mayBeNonMaskable());
  }

  @Override
  public void takeInterrupt() {
    if (external != null) {
      ExternalInterrupts.Request request = external.request();
      if (request != null && takes(request)) {
        enter(request);
      }
    } else if (registers.has(STATUS, PIE) && pending() != 0) {
      enter(INTERRUPT, vectors.exception());
    }
  }

  /// "Conditions Required to Take External Interrupt".
  private boolean takes(ExternalInterrupts.Request request) {
    int status = registers.get(STATUS);
    if (request.nonMaskable()) {
      return (status & NMI) == 0;
    }
    return (status & PIE) != 0
        && request.level() > field(status, IL_SHIFT)
        && (sets.count() == 1
            || request.registerSet() % sets.count() != field(status, CRS_SHIFT)
            || (status & RSIE) != 0);
  }

  /// Goes to the handler that a controller outside names, with the registers that it names.
  private void enter(ExternalInterrupts.Request request) {
    int before = registers.get(STATUS);
    int next = request.registerSet() % sets.count();
    int status = (before & ~(U | RSIE | NMI)) | IH | (request.nonMaskable() ? NMI : 0);
    status = with(status, IL_SHIFT, request.level());
    status = with(status, CRS_SHIFT, next);
    if ((before & EH) == 0) {
      int previous = field(before, CRS_SHIFT);
      status = with(status, PRS_SHIFT, previous) | (unit.statusBits() & EH);
      if (next == 0) {
        registers.set(ESTATUS, before);
      } else {
        sets.set(next, SSTATUS, next == previous ? before : before | SRS);
      }
      sets.set(next, EA, (int) cpu.pc() + INSTRUCTION_BYTES);
    }
    if (!request.nonMaskable()) {
      registers.set(EXCEPTION, INTERRUPT << CAUSE_SHIFT);
    }
    if (!registers.has(CONFIG, ANI)) {
      status &= ~PIE;
    }
    setStatus(status);
    cpu.setPc(request.handler());
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
      case EXCEPTION -> {
        int code = cpu.exitCode();
        if (SystemOperation.is(code)) {
          // Unlike an exception it is an instruction that has been executed.
          cpu.setInstructions(cpu.instructions() + 1);
          return operate(code);
        }
        enter(code, vectors.exception());
      }
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
    registers.set(BADADDR, (int) fault.address());
    MemoryUnit.Refusal refusal = unit.refuse(fault, registers);
    if (refusal != null) {
      enter(refusal.cause(), refusal.isFastMiss() ? vectors.fastTlbMiss() : vectors.exception());
    } else if (fault.kind() == GuestFault.Kind.MISALIGNED) {
      enter(Nios2.MISALIGNED_DATA, vectors.exception());
    } else {
      throw new IllegalStateException(fault.getMessage());
    }
    return null;
  }

  /// Goes to a handler. What is to be resumed is lost if that happens while an exception is
  /// handled, as far as the CPU knows that: only one with memory management does.
  private void enter(int cause, long vector) {
    int before = registers.get(STATUS);
    int status = (before & ~(PIE | U)) | (unit.statusBits() & EH);
    if ((before & EH) == 0) {
      registers.set(ESTATUS, before);
      sets.set(0, EA, (int) cpu.pc() + INSTRUCTION_BYTES);
      status = withPreviousSet(status, before);
    }
    setStatus(with(status, CRS_SHIFT, 0));
    registers.set(EXCEPTION, cause << CAUSE_SHIFT);
    cpu.setPc(vector);
  }

  private static int withPreviousSet(int status, int before) {
    return with(status, PRS_SHIFT, field(before, CRS_SHIFT));
  }

  private void breakOff() {
    int before = registers.get(STATUS);
    registers.set(BSTATUS, before);
    sets.set(0, BA, (int) cpu.pc() + INSTRUCTION_BYTES);
    int status = (before & ~(PIE | U)) | (unit.statusBits() & EH);
    setStatus(with(withPreviousSet(status, before), CRS_SHIFT, 0));
    cpu.setPc(vectors.exception());
  }

  // What a supervisor asks for.

  private @Nullable Stop operate(int code) {
    long next = cpu.nextPc();
    Stop stop = null;
    switch (SystemOperation.of(code)) {
      case ERET -> {
        next = cpu.unsignedRegister(EA);
        setStatus(sets.current() == 0 ? registers.get(ESTATUS) : (int) cpu.register(SSTATUS));
      }
      case BRET -> {
        next = cpu.unsignedRegister(BA);
        setStatus(registers.get(BSTATUS));
      }
      case WRCTL ->
          write(SystemOperation.number(code), (int) cpu.register(SystemOperation.source(code)));
      case RDPRS -> {
        int previous = sets.get(previousSet(), SystemOperation.source(code));
        cpu.setRegister(SystemOperation.target(code), previous + SystemOperation.number(code));
      }
      case WRPRS ->
          sets.set(
              previousSet(),
              SystemOperation.target(code),
              (int) cpu.register(SystemOperation.source(code)));
      case BREAK -> {
        Semihosting tool = tool();
        if (SystemOperation.number(code) != Semihosting.BREAK || tool == null) {
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

  private int previousSet() {
    return field(registers.get(STATUS), PRS_SHIFT);
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
      case STATUS -> {
        int kept = registers.get(STATUS) & ~writableBits;
        setStatus((value & writableBits) | kept);
      }
      case ESTATUS, BSTATUS ->
          registers.set(control, (value & statusBits) | (options.hasExternalInterrupts ? 0 : RSIE));
      case IENABLE -> {
        registers.set(IENABLE, options.hasExternalInterrupts ? 0 : value);
        showPending();
      }
      case BADADDR -> registers.set(BADADDR, value);
      case CONFIG -> {
        boolean nests = options.hasExternalInterrupts && options.registerSets > 1;
        registers.set(CONFIG, nests ? value & ANI : 0);
        unit.write(CONFIG, value, registers, space);
      }
      default -> unit.write(control, value, registers, space);
    }
  }
}
