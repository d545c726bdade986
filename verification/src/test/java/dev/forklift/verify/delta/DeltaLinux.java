package dev.forklift.verify.delta;

import static dev.forklift.kernel.arch.CloneArgument.CHILD_TID;
import static dev.forklift.kernel.arch.CloneArgument.FLAGS;
import static dev.forklift.kernel.arch.CloneArgument.PARENT_TID;
import static dev.forklift.kernel.arch.CloneArgument.STACK;
import static dev.forklift.kernel.arch.CloneArgument.TLS;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.isa.Isa;
import dev.forklift.kernel.abi.CloneFlags;
import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.arch.ChildRegisters;
import dev.forklift.kernel.arch.CloneArgument;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.arch.SignalFrame;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/// Linux on Delta: entry, clone and signal frame.
public final class DeltaLinux implements LinuxAbi {
  static final DataModel DATA_MODEL = new DataModel(8, 8, ByteOrder.BIG_ENDIAN);

  static final int RESULT = 1;

  /// What tells fork's child from its parent.
  static final int SECOND_RESULT = 2;

  static final int NUMBER = 7;
  static final int THREAD_POINTER = 12;
  static final int SP = 14;

  /// The numbers of fork and vfork, which the common table lacks.
  static final int FORK = 244;

  static final int VFORK = 245;

  static final int TRAP_SYSCALL = 0x6d;

  /// A number that no machine has.
  static final int MACHINE = 0xde17;

  static final int PAGE_SHIFT = 13;
  static final long TASK_SIZE = 1L << 38;

  private static final SyscallRegisters SYSCALL =
      new SyscallRegisters(NUMBER, List.of(1, 2, 3, 4, 5, 6));
  private static final List<CloneArgument> CLONE_ORDER =
      List.of(FLAGS, STACK, PARENT_TID, TLS, CHILD_TID);
  private static final MemoryLayout LAYOUT =
      new MemoryLayout(
          PAGE_SHIFT,
          38,
          TASK_SIZE,
          0x30_0000_0000L,
          true,
          TASK_SIZE - (1L << PAGE_SHIFT),
          0x2a_0000_0000L,
          1L << PAGE_SHIFT);

  private final Isa isa = new Delta();
  private final SignalFrame signalFrame = new DeltaSignalFrame();

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
    return MACHINE;
  }

  @Override
  public String unameMachine() {
    return "delta";
  }

  @Override
  public long hwcap() {
    return 0x1_0000_0005L;
  }

  @Override
  public String platform() {
    return "delta-v1";
  }

  @Override
  public MemoryLayout memoryLayout() {
    return LAYOUT;
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
    return Map.of(FORK, "fork", VFORK, "vfork");
  }

  @Override
  public void succeed(Cpu cpu, long value) {
    cpu.setRegister(RESULT, value);
    cpu.setRegister(Delta.CARRY, 0);
  }

  @Override
  public void fail(Cpu cpu, int errno) {
    cpu.setRegister(RESULT, errno);
    cpu.setRegister(Delta.CARRY, 1);
  }

  @Override
  public SyscallResult syscallResult(Cpu cpu) {
    boolean failed = cpu.register(Delta.CARRY) != 0;
    return new SyscallResult(failed ? -cpu.register(RESULT) : cpu.register(RESULT), failed);
  }

  @Override
  public void cloneSucceeded(Cpu cpu, long tid) {
    succeed(cpu, tid);
    cpu.setRegister(SECOND_RESULT, 0);
  }

  @Override
  public void copyThread(KernelCloneArgs args, ChildRegisters child) {
    if (args.stack() != 0) {
      child.set(SP, args.stack());
    }
    child.set(RESULT, child.parentPid());
    child.set(SECOND_RESULT, 1);
    child.set(Delta.CARRY, 0);
    if (args.has(CloneFlags.CLONE_SETTLS)) {
      child.set(THREAD_POINTER, args.tls());
    }
  }

  @Override
  public void startThread(Cpu cpu, long entry, long stack) {
    cpu.setPc(entry);
    cpu.setRegister(SP, stack);
  }

  @Override
  public int stackPointer() {
    return SP;
  }

  @Override
  public TrapMeaning trap(int code) {
    return code == TRAP_SYSCALL
        ? new TrapMeaning.SystemCall()
        : new TrapMeaning.Raise(new SignalCause(Signal.SIGILL, 4), false);
  }

  @Override
  public SignalCause exception(int code) {
    return switch (code) {
      case Delta.MISALIGNED_JUMP -> new SignalCause(Signal.SIGBUS, 1);
      case Delta.DIVISION_BY_ZERO -> new SignalCause(Signal.SIGFPE, 1);
      case Delta.BREAKPOINT -> new SignalCause(Signal.SIGTRAP, 1);
      default -> new SignalCause(Signal.SIGILL, 1);
    };
  }

  @Override
  public SignalFrame signalFrame() {
    return signalFrame;
  }

  @Override
  public long[] coreRegisters(Cpu cpu) {
    long[] registers = new long[isa.registers().count() + 1];
    for (int i = 0; i < registers.length - 1; i++) {
      registers[i] = cpu.register(i);
    }
    registers[registers.length - 1] = cpu.pc();
    return registers;
  }

  @Override
  public void setCoreRegisters(Cpu cpu, long[] registers) {
    int count = isa.registers().count();
    for (int i = 0; i < Math.min(count, registers.length); i++) {
      cpu.setRegister(i, registers[i]);
    }
    if (registers.length > count) {
      cpu.setPc(registers[count]);
    }
  }
}
