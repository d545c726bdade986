package dev.forklift.engine.cpu;

import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.isa.Registers;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;
import org.jspecify.annotations.Nullable;

/// The state of one guest CPU, that is of one task: registers, pc, and why it last came out of the
/// engine.
///
/// Only its own thread touches it while it runs; [#interrupt] may be called by anybody.
public final class Cpu {
  /// Slots of the register file: guest registers first, then the temporaries of the block.
  static final int SLOTS = 256;

  /// A slot for results that nobody wants.
  static final int DISCARD = SLOTS - 2;

  /// A slot that always reads zero.
  static final int ZERO = SLOTS - 1;

  /// Compiled code executes so many instructions, some ten microseconds, between two looks whether
  /// it may go on.
  private static final int BETWEEN_LOOKS = 20_000;

  /// So many accesses of compiled code that do not go through the window are worth opening one.
  private static final int FIRST_SLOW = 1000;

  /// So many of them afterwards are worth bringing another page in.
  private static final int NEXT_SLOW = 64;

  private static final int MOST_SLOW = 1 << 20;

  private final Isa isa;

  /// The bits that an address has.
  final long addresses;

  // What compiled code works on stands here as fields: until it is compiled best, HotSpot counts
  // calls, and a call at each register would cost more than everything else.

  /// The registers, by number: sign-extended where they are 32 bits wide.
  public final long[] file = new long[SLOTS];

  /// [AddressSpace#readableTable] of the space that compiled code runs in.
  public long[][] @Nullable [] readable = {};

  /// [AddressSpace#writableTable] of that.
  public long[][] @Nullable [] writable = {};

  /// [AddressSpace#window] of that.
  public long window;

  /// [AddressSpace#loadDistances] of that.
  public long loads;

  /// [AddressSpace#storeDistances] of that.
  public long stores;

  /// How many instructions compiled code may execute until it has to look whether it may go on.
  public int left;

  /// How many more calls of compiled code may stand on the Java stack.
  public int depth;

  private @Nullable Links links;
  long pc;
  long nextPc;
  long instructions;
  long compiledInstructions;
  long instructionLimit = Long.MAX_VALUE;
  int exitCode;
  @Nullable GuestFault fault;
  long watchedAddress;
  Access watchedAccess = Access.READ;
  private volatile boolean interrupted;

  // While compiled code runs.
  private @Nullable AddressSpace space;
  private long codeEpoch;
  private long mapEpoch;
  private int allowance;

  // How many accesses may still go elsewhere than through the window, how many it was at first, and
  // where the one went that was too much.
  private int slowLeft = FIRST_SLOW;
  private int slowAllowance = FIRST_SLOW;
  private long slowAddress = -1;

  public Cpu(Isa isa) {
    this.isa = isa;
    this.addresses = isa.registers().is32Bit() ? 0xffff_ffffL : -1L;
  }

  public Isa isa() {
    return isa;
  }

  /// The program counter, zero-extended.
  public long pc() {
    return pc;
  }

  public void setPc(long pc) {
    this.pc = isa.registers().is32Bit() ? pc & 0xffff_ffffL : pc;
  }

  /// After [Exit#TRAP], [Exit#EXCEPTION] and [Exit#FAULT]: the address behind the instruction (and
  /// its delay slot), except that it says nothing where the instruction could not be fetched.
  public long nextPc() {
    return nextPc;
  }

  /// The register, sign-extended to 64 bits where registers are 32 bits wide.
  public long register(int index) {
    return file[index];
  }

  /// The register, zero-extended to 64 bits where registers are 32 bits wide: as an address.
  public long unsignedRegister(int index) {
    return isa.registers().is32Bit() ? file[index] & 0xffff_ffffL : file[index];
  }

  /// Sets a register; the zero register of an architecture that has one stays zero.
  public void setRegister(int index, long value) {
    Registers registers = isa.registers();
    if (index != registers.zero()) {
      file[index] = registers.is32Bit() ? (int) value : value;
    }
  }

  /// The number that belongs to [Exit#TRAP] and [Exit#EXCEPTION].
  public int exitCode() {
    return exitCode;
  }

  /// What failed, after [Exit#FAULT].
  public @Nullable GuestFault fault() {
    return fault;
  }

  /// After [Exit#WATCHPOINT]: the first watched address that was accessed.
  public long watchedAddress() {
    return watchedAddress;
  }

  /// After [Exit#WATCHPOINT]: how it was accessed.
  public Access watchedAccess() {
    return watchedAccess;
  }

  /// Instructions executed so far.
  public long instructions() {
    return instructions;
  }

  /// So many instructions were executed before this state was reached, elsewhere.
  public void setInstructions(long count) {
    instructions = count;
  }

  /// How many of them as Java code; the others were evaluated.
  public long compiledInstructions() {
    return compiledInstructions;
  }

  /// Makes runs come back at the first safe point at or after this many instructions.
  public void setInstructionLimit(long limit) {
    instructionLimit = limit;
  }

  // For compiled code, which keeps registers and a count in local variables while it runs, and
  // nothing else: HotSpot gives host registers to what a loop uses only where few values are kept.

  /// Compiled code is about to run in a space, by which its epochs and tables are set.
  ///
  /// @param depth how many calls of compiled code may stand on the Java stack
  public void enter(AddressSpace in, int depth) {
    space = in;
    this.depth = depth;
    codeEpoch = in.codeEpoch();
    mapEpoch = in.mapEpoch();
    readable = in.readableTable();
    writable = in.writableTable();
    window = in.window();
    loads = in.loadDistances();
    stores = in.storeDistances();
    allow();
  }

  private void allow() {
    // Who is interrupted comes back at the first safe point, compiled or not.
    left = interrupted ? 0 : (int) Math.min(instructionLimit - instructions, BETWEEN_LOOKS);
    allowance = left;
  }

  /// Compiled code has come back to who entered it.
  public void leave() {
    instructions += allowance - left;
    allowance = left;
  }

  /// The space that compiled code runs in.
  public AddressSpace space() {
    AddressSpace in = space;
    if (in == null) {
      throw new IllegalStateException("no compiled code runs");
    }
    return in;
  }

  /// [AddressSpace#codeEpoch] of the space when compiled code was entered.
  public long codeEpoch() {
    return codeEpoch;
  }

  /// Whether [AddressSpace#mapEpoch] of the space is another than when compiled code was entered.
  public boolean hasMapChanged() {
    return space().mapEpoch() != mapEpoch;
  }

  /// What it has found lately of compiled code.
  public Links links() {
    Links known = links;
    if (known == null) {
      known = new Links();
      links = known;
    }
    return known;
  }

  /// At a safe point: whether compiled code may go on. If so, something is left.
  public boolean mayGoOn() {
    if (left > 0) {
      return true;
    }
    leave();
    if (interrupted || instructions >= instructionLimit || hasMapChanged()) {
      return false;
    }
    allow();
    return true;
  }

  /// At a safe point where nothing is left: how many instructions compiled code may execute from
  /// here, or what it says if it must not go on.
  public int refill(int nothing) {
    left = nothing;
    return mayGoOn() ? left : nothing;
  }

  /// Compiled code has not found the page of an access in the window. Answers whether it should
  /// rather be evaluated, so that [#bringIn] follows.
  public boolean isTooSlow(int address) {
    if (--slowLeft > 0) {
      return false;
    }
    slowAddress = address & 0xffff_ffffL;
    return true;
  }

  /// Between instructions, outside of compiled code: brings a page in that was found elsewhere too
  /// often. Where that does not help, it is not tried again so soon.
  void bringIn(AddressSpace in) {
    if (slowAddress >= 0) {
      slowAllowance = in.bringIn(slowAddress) ? NEXT_SLOW : Math.min(2 * slowAllowance, MOST_SLOW);
      slowLeft = slowAllowance;
      slowAddress = -1;
    }
  }

  /// Compiled code ends at `pc`, an address.
  public void leaveAt(long pc, int left) {
    this.pc = pc;
    this.left = left;
  }

  /// Compiled code ends in front of an instruction, or at a trap.
  ///
  /// @param next the address behind the instruction
  /// @param code for [#exitCode]
  public void stopAt(long pc, long next, int code, int left) {
    leaveAt(pc, left);
    nextPc = next & addresses;
    exitCode = code;
  }

  /// Compiled code ends in front of an access that failed.
  public void faultAt(long pc, long next, GuestFault fault, int left) {
    leaveAt(pc, left);
    nextPc = next & addresses;
    this.fault = fault;
  }

  /// Makes the running engine come back at its next safe point. Any thread.
  public void interrupt() {
    interrupted = true;
  }

  /// Takes note of an interrupt: the next run goes on.
  public void clearInterrupt() {
    interrupted = false;
  }

  public boolean isInterrupted() {
    return interrupted;
  }

  /// Sets all registers to zero, for a fresh program.
  public void clearRegisters() {
    java.util.Arrays.fill(file, 0, isa.registers().count(), 0);
    slowLeft = FIRST_SLOW;
    slowAllowance = FIRST_SLOW;
  }

  /// Takes over registers and pc of another CPU of the same architecture (a new task's).
  public void copyFrom(Cpu other) {
    System.arraycopy(other.file, 0, file, 0, isa.registers().count());
    pc = other.pc;
    nextPc = other.nextPc;
  }
}
