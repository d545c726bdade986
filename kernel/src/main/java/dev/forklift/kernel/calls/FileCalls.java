package dev.forklift.kernel.calls;

/// All system calls on files, by theme.
final class FileCalls {
  private FileCalls() {}

  static void rows(SyscallTable table, FileServices services, boolean is64Bit) {
    new OpenCalls(services).rows(table);
    new MountCalls(services).rows(table);
    new MountContextCalls(services).rows(table);
    MountTreeCalls.rows(table);
    new SocketCalls(services).rows(table, is64Bit);
    new InotifyCalls(services).rows(table);
    DescriptorCalls.rows(table, is64Bit);
    ReadWriteCalls.rows(table, is64Bit);
    SpliceCalls.rows(table);
    DirectoryCalls.rows(table);
    StatCalls.rows(table, is64Bit);
    AttributeCalls.rows(table, is64Bit);
    AttributeListCalls.rows(table);
    PollCalls.rows(table, is64Bit);
  }
}
