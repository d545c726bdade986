package dev.forklift.kernel.arch;

/// The arguments of legacy clone(2), whose order differs between architectures.
public enum CloneArgument {
  FLAGS,
  STACK,
  /// Only where the caller gives a base and a size (clone2 of ia64).
  STACK_SIZE,
  PARENT_TID,
  CHILD_TID,
  TLS
}
