package dev.forklift.board.cpu;

import org.jspecify.annotations.Nullable;

/// An interrupt controller outside of the CPU that says more than that there is an interrupt.
public interface ExternalInterrupts {
  /// What it asks for.
  ///
  /// @param handler where the CPU is to go
  /// @param level the higher, the more urgent; more than 0
  /// @param registerSet the registers to be used there
  /// @param nonMaskable whether it cannot be forbidden
  record Request(long handler, int level, int registerSet, boolean nonMaskable) {}

  /// The most urgent request now, or null.
  @Nullable Request request();

  /// Whether it might ask for something that cannot be forbidden, if a device raised its line.
  boolean mayBeNonMaskable();
}
