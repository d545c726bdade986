package dev.forklift.cli;

import dev.forklift.arch.nios2.Nios2Linux;
import dev.forklift.kernel.machine.SyscallReference;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `forklift syscalls`: the page of system calls, docs/syscalls.md.
@Command(
    name = "syscalls",
    description = "Lists the system calls with what is missing, in Markdown.",
    mixinStandardHelpOptions = true)
final class SyscallsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(SyscallReference.markdown(new Nios2Linux()));
    out.flush();
    return 0;
  }
}
