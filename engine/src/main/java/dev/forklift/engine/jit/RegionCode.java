package dev.forklift.engine.jit;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;
import org.jspecify.annotations.Nullable;

/// What the class of a region extends. [RegionEmitter] writes the calls of what is here.
abstract class RegionCode {
  private final Sites sites;
  private final JavaFunction[] functions;

  // Read after a volatile read of the CPU's, so no loop keeps an old value for ever.
  private boolean dropped;

  RegionCode(Sites sites, JavaFunction[] functions) {
    this.sites = sites;
    this.functions = functions;
  }

  /// Runs from an entry on.
  ///
  /// @param file the registers
  /// @param entry its number
  abstract @Nullable Exit run(Cpu cpu, long[] file, AddressSpace space, int entry);

  /// Nobody enters it any more; who is inside leaves at the next safe point.
  final void drop() {
    dropped = true;
  }

  /// At a safe point: whether to leave.
  final boolean mustLeave(Cpu cpu, AddressSpace space, int epoch) {
    return cpu.isInterrupted() || dropped || space.codeEpoch() != epoch;
  }

  /// Stops at a site.
  ///
  /// @param executed instructions executed up to the beginning of its block
  final Exit stop(Cpu cpu, int number, long executed) {
    Sites.Site site = sites.get(number);
    cpu.stopAt(site.pc(), site.next(), site.code(), executed + site.executed());
    return site.exit();
  }

  /// Stops at an access that failed.
  final Exit fault(GuestFault fault, Cpu cpu, int number, long executed) {
    Sites.Site site = sites.get(number);
    cpu.faultAt(site.pc(), site.next(), fault, executed + site.executed());
    return Exit.FAULT;
  }

  final long call(int function, long[] arguments) {
    return functions[function].call(arguments);
  }

  /// Faults unless the address is a multiple of `bytes`.
  static void align(long address, int bytes, boolean store) {
    if ((address & (bytes - 1)) != 0) {
      throw new GuestFault(GuestFault.Kind.MISALIGNED, address, store ? Access.WRITE : Access.READ);
    }
  }
}
