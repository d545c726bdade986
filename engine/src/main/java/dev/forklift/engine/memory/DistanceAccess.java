package dev.forklift.engine.memory;

/// What compiled code with addresses of 32 bits needs for loads and stores through
/// [AddressSpace#loadDistances] and [AddressSpace#storeDistances], with [jdk.internal.misc.Unsafe].
///
/// What has been found there holds until the next exit of the engine.
public final class DistanceAccess {
  /// What has to be added to an address and its distance.
  public static final long BASE = HostMemory.ThroughUnsafe.BASE;

  /// The binary logarithm of the bytes that an entry has.
  public static final int ENTRY_SHIFT = 3;

  private DistanceAccess() {}
}
