package dev.forklift.kernel.futex;

/// A lock that somebody waits for (Linux's `futex_pi_state`): who owns it, as the kernel knows.
final class PiState {
  final FutexKey key;
  FutexUser owner;

  /// How many wait for it. The state is forgotten when nobody does.
  int waiters;

  PiState(FutexKey key, FutexUser owner) {
    this.key = key;
    this.owner = owner;
  }
}
