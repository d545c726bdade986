package dev.forklift.arch.nios2;

import static dev.forklift.kernel.arch.CloneArgument.CHILD_TID;
import static dev.forklift.kernel.arch.CloneArgument.FLAGS;
import static dev.forklift.kernel.arch.CloneArgument.PARENT_TID;
import static dev.forklift.kernel.arch.CloneArgument.STACK;
import static dev.forklift.kernel.arch.CloneArgument.TLS;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.ChildRegisters;
import dev.forklift.kernel.arch.CloneArgument;
import dev.forklift.kernel.arch.DebugAbi;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.arch.SignalFrame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Linux on Nios II: entry, clone, signal frame and kuser page.
public final class Nios2Linux implements LinuxAbi {
  static final DataModel DATA_MODEL = new DataModel(4, 4, ByteOrder.LITTLE_ENDIAN);

  static final int RESULT = 2;
  static final int ERROR = 7;
  static final int THREAD_POINTER = 23;
  static final int GP = 26;
  static final int SP = 27;
  static final int FP = 28;
  static final int EA = 29;
  static final int RA = 31;

  private static final long KERNEL_HALF = 0x8000_0000L;
  private static final long KUSER = 0x1000;
  private static final long KUSER_CMPXCHG = 0x1004;
  private static final long KUSER_CMPXCHG_END = 0x1018;
  static final long KUSER_SIGRETURN = 0x1044;

  private static final int TRAP_SYSCALL = 0;
  private static final int TRAP_USR1 = 1;
  private static final int TRAP_USR2 = 2;
  private static final int TRAP_DEBUG = 31;

  private static final int CACHEFLUSH = 244;

  private static final int EM_ALTERA_NIOS2 = 113;

  private static final SyscallRegisters SYSCALL =
      new SyscallRegisters(2, List.of(4, 5, 6, 7, 8, 9));
  private static final List<CloneArgument> CLONE_ORDER =
      List.of(FLAGS, STACK, PARENT_TID, CHILD_TID, TLS);

  /// The program counter's place in the registers that ptrace shows.
  private static final int PC = 32;

  private static final MemoryLayout LAYOUT =
      new MemoryLayout(
          12, 32, 0x7fff_0000L, 0x2aaa_6000L, false, 0x7fff_0000L, 0x0100_0000L, 0x1000L);

  /// A Nios II/f as Linux describes it on the 10M50 board.
  private static final String CPU_INFO =
      """
      CPU:\t\tNios II/fast
      REV:\t\t1
      MMU:\t\tpresent
      FPU:\t\tnone
      Clocking:\t75.00 MHz
      BogoMips:\t150.00
      Calibration:\t75000000 loops
      HW:
       MUL:\t\tyes
       MULX:\t\tno
       DIV:\t\tyes
       BMX:\t\tno
       CDX:\t\tno
      Icache:\t\t32kB, line length: 32
      Dcache:\t\t32kB, line length: 32
      TLB:\t\t16 ways, 256 entries, 8 PID bits
      """;

  private final Isa isa;
  private final SignalFrame signalFrame = new Nios2SignalFrame();
  private final DebugAbi debugging;

  /// @param isa the CPU, perhaps with custom instructions
  public Nios2Linux(Isa isa) {
    this.isa = isa;
    this.debugging = new Nios2Debug(isa);
  }

  /// Linux on a CPU without custom instructions.
  public Nios2Linux() {
    this(new Nios2());
  }

  @Override
  public Isa isa() {
    return isa;
  }

  @Override
  public DataModel dataModel() {
    return DATA_MODEL;
  }

  @Override
  public int elfMachine() {
    return EM_ALTERA_NIOS2;
  }

  @Override
  public String unameMachine() {
    return "nios2";
  }

  @Override
  public long hwcap() {
    return 0;
  }

  @Override
  public @Nullable String platform() {
    return null;
  }

  @Override
  public MemoryLayout memoryLayout() {
    return LAYOUT;
  }

  @Override
  public String cpuInfo() {
    return CPU_INFO;
  }

  @Override
  public SyscallRegisters syscallRegisters() {
    return SYSCALL;
  }

  @Override
  public List<CloneArgument> cloneOrder() {
    return CLONE_ORDER;
  }

  @Override
  public Map<Integer, String> ownSyscalls() {
    return Map.of(CACHEFLUSH, "cacheflush");
  }

  @Override
  public void succeed(Cpu cpu, long value) {
    cpu.setRegister(RESULT, value);
    cpu.setRegister(ERROR, 0);
  }

  @Override
  public void fail(Cpu cpu, int errno) {
    cpu.setRegister(RESULT, errno);
    cpu.setRegister(ERROR, 1);
  }

  @Override
  public SyscallResult syscallResult(Cpu cpu) {
    return new SyscallResult(cpu.register(RESULT), cpu.register(ERROR) != 0);
  }

  /// The number -1 also says "no system call to be restarted", so its error is not taken for one.
  @Override
  public void noSuchSyscall(Cpu cpu, int number) {
    if (number == -1) {
      succeed(cpu, -Errno.ENOSYS.number());
    } else {
      fail(cpu, Errno.ENOSYS.number());
    }
  }

  @Override
  public void copyThread(KernelCloneArgs args, ChildRegisters child) {
    if (args.stack() != 0) {
      child.set(SP, args.stack());
    }
    child.set(RESULT, 0);
    child.set(ERROR, 0);
    if (args.has(CloneFlags.CLONE_SETTLS)) {
      child.set(THREAD_POINTER, args.tls());
    }
  }

  @Override
  public void startThread(Cpu cpu, long entry, long stack) {
    cpu.setPc(entry);
    cpu.setRegister(EA, entry);
    cpu.setRegister(SP, stack);
  }

  @Override
  public int stackPointer() {
    return SP;
  }

  @Override
  public TrapMeaning trap(int code) {
    return switch (code) {
      case TRAP_SYSCALL -> new TrapMeaning.SystemCall();
      case TRAP_USR1 -> new TrapMeaning.Raise(new SignalCause(Signal.SIGUSR1, 0), true);
      case TRAP_USR2 -> new TrapMeaning.Raise(new SignalCause(Signal.SIGUSR2, 0), true);
      case TRAP_DEBUG -> new TrapMeaning.Raise(new SignalCause(Signal.SIGTRAP, 1), false);
      default -> new TrapMeaning.Raise(new SignalCause(Signal.SIGILL, 4), true);
    };
  }

  /// The TLB tells the page only; the kernel's half of the address space is refused before it.
  @Override
  public long reportedAddress(GuestFault fault) {
    return fault.kind() == GuestFault.Kind.MISALIGNED || fault.address() >= KERNEL_HALF
        ? fault.address()
        : fault.address() & -(1L << LAYOUT.pageShift());
  }

  @Override
  public @Nullable SignalCause exception(int code) {
    return switch (code) {
      case Nios2.DIVISION_ERROR -> new SignalCause(Signal.SIGFPE, 1);
      case Nios2.SUPERVISOR_ONLY_INSTRUCTION -> new SignalCause(Signal.SIGILL, 5);
      case Nios2.MISALIGNED_DATA -> new SignalCause(Signal.SIGBUS, 1);
      case Nios2.MISALIGNED_DESTINATION -> null; // taken for a data access that is put right
      case Nios2.BREAK -> new SignalCause(Signal.SIGTRAP, 1);
      default -> new SignalCause(Signal.SIGILL, 1);
    };
  }

  /// The processor says of the io forms only that they are misaligned, and Linux, which does not
  /// know them, leaves them out. The size of the data cache, in which nothing is to be under two
  /// addresses.
  @Override
  public long sharedMemoryBoundary() {
    return 0x8000;
  }

  @Override
  public boolean skipsMisalignedAccesses() {
    return true;
  }

  @Override
  public SignalCause failedFixUp() {
    return new SignalCause(Signal.SIGSEGV, 1);
  }

  @Override
  public SignalFrame signalFrame() {
    return signalFrame;
  }

  @Override
  public List<KuserPage> kuserPages() {
    int[] code = {
      2, // the version
      0x20800017, // 0x1004, compare and exchange:  ldw r2, 0(r4)
      0x1145c83a, //                                 sub r2, r2, r5
      0x1000011e, //                                 bne r2, zero, 0x1014
      0x21800015, //                                 stw r6, 0(r4)
      0xf800283a, // 0x1014                          ret
    };
    int[] sigreturn = {
      0x008022c4, // 0x1044, return from a handler: movi r2, 139
      0x003b683a, //                                 trap 0
    };
    byte[] page = new byte[4096];
    ByteBuffer buffer = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      buffer.putInt(0xdeadbeef);
    }
    Arrays.stream(code).forEach(buffer.clear()::putInt);
    buffer.position((int) (KUSER_SIGRETURN - KUSER));
    Arrays.stream(sigreturn).forEach(buffer::putInt);
    return List.of(new KuserPage(KUSER, page));
  }

  /// The compare and exchange of the kuser page is a few plain instructions, which the kernel makes
  /// atomic by starting it again when it was interrupted.
  @Override
  public void restartKuserSequence(Cpu cpu) {
    long pc = cpu.pc();
    if (pc > KUSER_CMPXCHG && pc < KUSER_CMPXCHG_END - 4) {
      cpu.setPc(KUSER_CMPXCHG);
    }
  }

  @Override
  public DebugAbi debugging() {
    return debugging;
  }

  @Override
  public long[] coreRegisters(Cpu cpu) {
    long[] registers = new long[49];
    for (int i = 0; i < 32; i++) {
      registers[i] = isUsers(i) ? cpu.register(i) : 0;
    }
    registers[EA] = cpu.pc();
    registers[PC] = cpu.pc();
    return registers;
  }

  /// The registers for exceptions and breakpoints are the kernel's.
  private static boolean isUsers(int register) {
    return register != 24 && register != 25 && register != 30;
  }

  @Override
  public void setCoreRegisters(Cpu cpu, long[] registers) {
    for (int i = 1; i < Math.min(32, registers.length); i++) {
      if (i == EA) {
        cpu.setPc(registers[i]);
      } else if (isUsers(i)) {
        cpu.setRegister(i, registers[i]);
      }
    }
    if (registers.length > PC) {
      cpu.setPc(registers[PC]);
    }
  }

  /// On this CPU Linux mistakes the return address for it.
  @Override
  public long instructionPointer(Cpu cpu) {
    return cpu.unsignedRegister(RA);
  }
}
