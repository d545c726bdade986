package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.wait.WaitQueue;

/// Where what a terminal displays goes: a host's terminal, or the master of a pseudoterminal.
interface TerminalOutput {
  /// How many bytes may be put without waiting.
  int room();

  /// Takes bytes. What is more than [#room] may be lost: echo is not worth waiting for.
  void put(byte[] bytes, int offset, int length);

  /// Bytes that have not got where they go yet.
  int pending();

  /// Throws away what can still be thrown away.
  void discard();

  /// Woken when there is more room.
  WaitQueue drained();

  /// So many open files show the terminal now.
  default void opened(int files) {}
}
