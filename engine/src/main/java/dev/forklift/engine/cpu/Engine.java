package dev.forklift.engine.cpu;

import dev.forklift.engine.memory.AddressSpace;

/// What runs guest code.
///
/// An engine has no state of its own that belongs to a CPU: one engine may run many CPUs, each on
/// its own thread.
public interface Engine {
  /// Runs from [Cpu#pc] on until there is a reason to come back.
  Exit run(Cpu cpu, AddressSpace space);

  /// Runs exactly one instruction, together with its delay slot if it has one. Comes back with
  /// [Exit#SAFE_POINT] if it went well.
  Exit step(Cpu cpu, AddressSpace space);
}
