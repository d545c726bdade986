package dev.forklift.board.cpu;

import dev.forklift.board.state.Stateful;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.gdb.TargetRegisters;
import dev.forklift.engine.memory.MachineSpace;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// The CPU of a machine, as far as it is not instructions: exceptions, interrupts, modes, and its
/// memory management. Only the machine's thread calls it.
public interface Processor extends Stateful {
  /// Its registers. They, its pc and its count of instructions are part of its state.
  Cpu cpu();

  /// What it sees of memory.
  MachineSpace space();

  /// Its registers as a debugger knows them.
  TargetRegisters debugging();

  /// How many interrupt lines it has.
  int interruptLines();

  /// A device raises its interrupt line, or lets it down.
  void setInterrupt(int line, boolean raised);

  /// From now on interrupts come from a controller outside.
  ///
  /// @return false if the CPU takes none from there
  boolean connect(ExternalInterrupts controller);

  /// Answers an exit of the engine other than `SAFE_POINT`, so that it can go on.
  ///
  /// @return why the machine cannot go on, or null
  @Nullable Stop answer(Exit exit);

  /// Takes an interrupt if a device has raised one and it is enabled. Between two instructions.
  void takeInterrupt();

  /// Whether an interrupt would be taken, if a device raised one that is enabled.
  boolean takesInterrupts();

  /// Whether user code runs.
  boolean isUserMode();

  /// The physical address of the stack that a kernel uses now.
  long physicalStack();

  /// The physical address of what is linked to run at `address` before anything is mapped.
  long physical(long address);

  /// The address at which what is at a physical one is seen before anything is mapped, where code
  /// can run: such that `physical` leads back.
  long unmapped(long physical);

  /// Whether code that is linked to run at `address` can, before anything is mapped.
  boolean runsUnmapped(long address);

  /// From now on answers what code of a supervisor asks of the tool that runs it (semihosting): a
  /// file to write to, the end of the run.
  ///
  /// @param console takes what it writes, byte by byte
  void semihost(IntConsumer console);

  /// Sets it up as a boot loader leaves it to a kernel of Linux.
  void boot(long entry, BootArguments arguments);

  /// What a boot loader hands over: addresses as the kernel sees them before it maps anything, or
  /// 0.
  ///
  /// @param ramdisk where an initial file system begins
  /// @param tree the device tree
  /// @param commandLine the kernel's command line
  record BootArguments(long ramdisk, long tree, long commandLine) {
    /// Nothing is handed over.
    public static final BootArguments NONE = new BootArguments(0, 0, 0);
  }
}
