package dev.forklift.kernel.ptrace;

import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_EVENTMSG_SYSCALL_ENTRY;
import static dev.forklift.kernel.abi.PtraceNumbers.PTRACE_EVENTMSG_SYSCALL_EXIT;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.signal.SigInfo;
import java.nio.ByteOrder;
import java.util.Arrays;

/// PTRACE_GET_SYSCALL_INFO: the system call that a tracee has stopped for (`struct
/// ptrace_syscall_info`).
record SyscallInfo(Task tracee) {
  private static final int NONE = 0;
  private static final int ENTRY = 1;
  private static final int EXIT = 2;

  /// What marks the stops for system calls, if the tracer has asked for it.
  private static final int SYSTEM_CALL_STOP = Signal.SIGTRAP | 0x80;

  /// `AUDIT_ARCH_*` is the machine with two bits more.
  private static final int AUDIT_64BIT = 0x8000_0000;

  private static final int AUDIT_LITTLE_ENDIAN = 0x4000_0000;

  private static final int ARGUMENTS = 6;

  /// Stores as much of it as there is room for.
  ///
  /// @return how long it is
  long store(Task tracer, long room, long destination) throws Errno {
    byte[] bytes = bytes();
    int length = (int) (Long.compareUnsigned(room, bytes.length) < 0 ? room : bytes.length);
    tracer.memory().user().write(destination, Arrays.copyOf(bytes, length));
    return bytes.length;
  }

  private byte[] bytes() {
    LinuxAbi abi = tracee.kernel().abi();
    Cpu cpu = tracee.cpu();
    int kind = kind();
    StructWriter w = new StructWriter(abi.dataModel());
    w.u8(kind).align(4).u32(auditArchitecture(abi));
    w.u64(abi.instructionPointer(cpu)).u64(cpu.unsignedRegister(abi.stackPointer()));
    switch (kind) {
      case ENTRY -> {
        LinuxAbi.SyscallRegisters registers = abi.syscallRegisters();
        w.u64(cpu.unsignedRegister(registers.number()));
        for (int i = 0; i < ARGUMENTS; i++) {
          w.u64(cpu.unsignedRegister(registers.arguments().get(i)));
        }
      }
      case EXIT -> {
        LinuxAbi.SyscallResult result = abi.syscallResult(cpu);
        w.u64(result.value()).u8(result.isError() ? 1 : 0);
      }
      default -> {}
    }
    return w.toBytes();
  }

  private int kind() {
    SigInfo info = tracee.ptrace().info();
    if (info == null || info.code() != SYSTEM_CALL_STOP) {
      return NONE;
    }
    return switch ((int) tracee.ptrace().message()) {
      case PTRACE_EVENTMSG_SYSCALL_ENTRY -> ENTRY;
      case PTRACE_EVENTMSG_SYSCALL_EXIT -> EXIT;
      default -> NONE;
    };
  }

  private static int auditArchitecture(LinuxAbi abi) {
    boolean little = abi.dataModel().order() == ByteOrder.LITTLE_ENDIAN;
    return abi.elfMachine()
        | (abi.dataModel().is64Bit() ? AUDIT_64BIT : 0)
        | (little ? AUDIT_LITTLE_ENDIAN : 0);
  }
}
