package dev.forklift.kernel.machine;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.calls.FileServices;
import dev.forklift.kernel.calls.SyscallNames;
import dev.forklift.kernel.calls.SyscallPage;
import dev.forklift.kernel.calls.SyscallTables;
import dev.forklift.kernel.fs.anon.AnonymousFiles;
import dev.forklift.kernel.fs.pipe.Pipes;
import dev.forklift.kernel.fs.socket.Sockets;
import dev.forklift.kernel.fs.tmpfs.MemFds;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.wait.KernelClock;

/// Which system calls machines of an architecture have, without starting one.
public final class SyscallReference {
  private SyscallReference() {}

  /// A page in Markdown.
  public static String markdown(LinuxAbi abi) {
    FileSystems systems = new FileSystems(KernelClock.host(), 1 << abi.memoryLayout().pageShift());
    FileServices files =
        new FileServices(
            systems,
            new Pipes(systems),
            new AnonymousFiles(systems),
            new MemFds(systems, new FrameBudget(0)),
            new Sockets(systems, new TaskIdentity()));
    return SyscallPage.markdown(
        abi.unameMachine(),
        SyscallTables.of(abi, true, files),
        SyscallNames.asmGeneric(abi.dataModel().is64Bit()));
  }
}
