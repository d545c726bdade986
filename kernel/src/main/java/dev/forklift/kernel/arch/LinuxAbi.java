package dev.forklift.kernel.arch;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.isa.Isa;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything that Linux varies by CPU.
///
/// An architecture that lacks [#copyThread] does not compile, and clone3 is there for all.
public interface LinuxAbi {
  Isa isa();

  /// The word size, byte order and alignment of structures in user memory.
  DataModel dataModel();

  /// `e_machine` of its ELF files.
  int elfMachine();

  /// What uname(2) says as machine.
  String unameMachine();

  /// `AT_HWCAP` and, if not null, `AT_PLATFORM`.
  long hwcap();

  @Nullable String platform();

  MemoryLayout memoryLayout();

  /// What /proc/cpuinfo shows.
  default String cpuInfo() {
    return "";
  }

  // System calls.

  /// Which registers carry the number and the arguments of a system call.
  SyscallRegisters syscallRegisters();

  /// The order of legacy clone's arguments.
  List<CloneArgument> cloneOrder();

  /// The number of restart_syscall(2).
  default int restartSyscall() {
    return 128;
  }

  /// Numbers and names of system calls that this architecture has beside asm-generic's; see
  /// `SyscallTables`.
  default Map<Integer, String> ownSyscalls() {
    return Map.of();
  }

  /// Answers a system call.
  void succeed(Cpu cpu, long value);

  /// Answers a system call with an error. `errno` is positive.
  void fail(Cpu cpu, int errno);

  /// What a system call has been answered with.
  SyscallResult syscallResult(Cpu cpu);

  /// Answers a number that no system call has.
  default void noSuchSyscall(Cpu cpu, int number) {
    fail(cpu, Errno.ENOSYS.number());
  }

  /// What clone answers in the parent; differs from [#succeed] where the parent gets more.
  default void cloneSucceeded(Cpu cpu, long tid) {
    succeed(cpu, tid);
  }

  /// Gives a new task what makes its registers differ from its parent's: the stack (unless 0), the
  /// result of the call in the child, and with CLONE_SETTLS the thread pointer, which comes from
  /// `args` and from nowhere else.
  void copyThread(KernelCloneArgs args, ChildRegisters child);

  /// Sets up registers for a fresh program, all others having been cleared.
  void startThread(Cpu cpu, long entry, long stack);

  /// The stack pointer's register.
  int stackPointer();

  // Traps and exceptions.

  /// What a trap instruction with this number means.
  TrapMeaning trap(int code);

  /// The address that siginfo tells of a fault, where the processor does not tell the exact one.
  default long reportedAddress(GuestFault fault) {
    return fault.address();
  }

  /// The signal for an exception number of the CPU, or null where Linux goes on behind the
  /// instruction as if nothing had happened.
  @Nullable SignalCause exception(int code);

  /// Whether Linux goes on behind an access that must be aligned and is not, as if it had not been
  /// there, instead of sending SIGBUS.
  default boolean skipsMisalignedAccesses() {
    return false;
  }

  /// The signal for a misaligned access that Linux has to complete itself and cannot, because the
  /// memory forbids it; its address is the instruction's. Null where the processor completes such
  /// accesses.
  default @Nullable SignalCause failedFixUp() {
    return null;
  }

  // Signals.

  /// Bytes to leave below the stack pointer before a signal frame is put there, and its alignment.
  SignalFrame signalFrame();

  /// Fixed pages that the kernel puts into every address space (the nios2 kuser page): address and
  /// contents.
  default List<KuserPage> kuserPages() {
    return List.of();
  }

  /// Called before returning to user mode after an interruption at `cpu.pc()`: an architecture with
  /// restartable sequences in its kuser page moves pc back to their start.
  default void restartKuserSequence(Cpu cpu) {}

  // Registers for debuggers and core files.

  /// Fills `elf_gregset_t` (NT_PRSTATUS), in the guest's byte order, one entry each word.
  long[] coreRegisters(Cpu cpu);

  /// Takes registers back as a debugger wrote them in the order of [#coreRegisters]; those that are
  /// missing at the end stay as they are.
  void setCoreRegisters(Cpu cpu, long[] registers);

  /// What Linux takes for the program counter where it says where a system call was made.
  default long instructionPointer(Cpu cpu) {
    return cpu.pc();
  }

  /// What debuggers and core files want to know.
  default DebugAbi debugging() {
    return DebugAbi.plain(isa(), stackPointer());
  }

  /// Where segments of shared memory may begin (SHMLBA): shmat(2) rounds down to it.
  default long sharedMemoryBoundary() {
    return 1L << memoryLayout().pageShift();
  }

  /// The answer to a system call.
  ///
  /// @param value the result, or the error as the architecture's registers have it
  record SyscallResult(long value, boolean isError) {}

  /// Which registers carry what in a system call.
  record SyscallRegisters(int number, List<Integer> arguments) {
    public SyscallRegisters {
      arguments = List.copyOf(arguments);
    }
  }

  /// Where things go in an address space.
  ///
  /// @param pageShift binary logarithm of the page size
  /// @param addressBits width of a user address
  /// @param taskSize first address user space cannot have
  /// @param mmapBase addresses for mmap are searched downwards from here (or upwards, see topDown)
  /// @param topDown direction of the search
  /// @param stackTop where the stack begins, growing down
  /// @param dynBase where position-independent programs are loaded
  /// @param mmapMinimum lowest address that may be mapped
  record MemoryLayout(
      int pageShift,
      int addressBits,
      long taskSize,
      long mmapBase,
      boolean topDown,
      long stackTop,
      long dynBase,
      long mmapMinimum) {}

  /// A page of the kernel's own that every process sees, readable and executable.
  record KuserPage(long address, byte[] contents) {}

  /// What a trap instruction asks for.
  sealed interface TrapMeaning {
    /// A system call.
    record SystemCall() implements TrapMeaning {}

    /// A signal; execution goes on behind the trap if the handler returns, or at the trap itself.
    record Raise(SignalCause cause, boolean pcBehindTrap) implements TrapMeaning {}
  }

  /// A signal with the reason code that siginfo carries.
  record SignalCause(int signal, int code) {}
}
