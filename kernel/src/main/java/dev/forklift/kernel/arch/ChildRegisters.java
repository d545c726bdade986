package dev.forklift.kernel.arch;

/// What `copyThread` may do to a child's registers, which the kernel has already copied from the
/// parent's: write them. There is no way to read one, so a TLS value cannot come from "the register
/// where clone has it".
public interface ChildRegisters {
  /// Sets a register of the child.
  void set(int register, long value);

  /// The parent's process id in the initial pid namespace (SPARC returns it in the child).
  long parentPid();
}
