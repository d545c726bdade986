package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;

/// Says by which rule a clone is refused, to whoever watches.
@FunctionalInterface
public interface Refusal {
  /// The error to throw.
  Errno by(CloneRule rule);
}
