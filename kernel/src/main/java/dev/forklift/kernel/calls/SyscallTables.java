package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.arch.LinuxAbi;

/// The tables of system calls, put together from their families.
public final class SyscallTables {
  private SyscallTables() {}

  /// The numbers of clone(2) and clone3(2) in asm-generic's table.
  public static final int CLONE = 220;

  public static final int CLONE3 = 435;

  /// The table of an architecture that uses asm-generic's numbers.
  ///
  /// @param clone3 whether clone3 is there: Linux before 6.18 refuses it on some architectures
  /// @param files what makes files that open(2) does not make
  public static SyscallTable of(LinuxAbi abi, boolean clone3, FileServices files) {
    SyscallTable table = new SyscallTable();
    ProcessCalls.rows(table);
    SignalCalls.rows(table);
    MemoryCalls.rows(table, abi.dataModel().is64Bit());
    FileCalls.rows(table, files, abi.dataModel().is64Bit());
    MemFdCall.rows(table, files);
    FutexCalls.rows(table, abi.dataModel());
    TimeCalls.rows(table, abi.dataModel());
    TimerCalls.rows(table, abi.dataModel());
    new TimerFileCalls(files).rows(table, abi.dataModel());
    SignalFileCall.rows(table, files);
    CredentialCalls.rows(table);
    SessionCalls.rows(table);
    SchedulingCalls.rows(table);
    IoPriorityCalls.rows(table);
    PrctlCalls.rows(table);
    LimitCalls.rows(table);
    MachineCalls.rows(table);
    SemaphoreCalls.rows(table);
    new SharedMemoryCalls(files).rows(table);
    MessageCalls.rows(table);
    new MqueueCalls(files).rows(table);
    KcmpCall.rows(table);
    NamespaceCalls.rows(table);
    PidFdCalls.rows(table);
    PtraceCalls.rows(table);
    CacheStatCall.rows(table);
    AbsentCalls.rows(table, abi.dataModel().is64Bit());
    abi.ownSyscalls().forEach((number, name) -> ownRow(table, number, name));
    if (!abi.dataModel().is64Bit()) {
      SignalCalls.time64Rows(table);
      SemaphoreCalls.time64Rows(table);
      MqueueCalls.time64Rows(table);
      SchedulingCalls.time64Rows(table);
    }
    if (clone3) {
      ProcessCalls.clone3Row(table);
    } else {
      table.refuse(CLONE3, "clone3", Errno.ENOSYS);
    }
    return table;
  }

  /// A call that only some architectures have, each under a number of its own.
  private static void ownRow(SyscallTable table, int number, String name) {
    switch (name) {
      case "cacheflush" -> MemoryCalls.cacheFlushRow(table, number);
      case "fork" -> ProcessCalls.forkRow(table, number);
      case "vfork" -> ProcessCalls.vforkRow(table, number);
      default -> throw new IllegalArgumentException("no system call '" + name + "' to number");
    }
  }
}
