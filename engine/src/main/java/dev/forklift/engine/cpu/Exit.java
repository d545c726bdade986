package dev.forklift.engine.cpu;

/// Why the engine came back. The details stand in the [Cpu].
public enum Exit {
  /// At a safe point, because somebody called [Cpu#interrupt] (or the instruction limit of a
  /// counted run is reached). Nothing is half done; run again to go on.
  SAFE_POINT,
  /// A trap instruction: [Cpu#exitCode] is its number, [Cpu#pc] the trap itself, [Cpu#nextPc] what
  /// follows it.
  TRAP,
  /// A memory access failed at [Cpu#pc]: [Cpu#fault] says which. No register has changed.
  FAULT,
  /// The architecture's own exception number [Cpu#exitCode] at [Cpu#pc] (illegal instruction,
  /// division error...).
  EXCEPTION,
  /// Before the instruction at [Cpu#pc], where a debugger has a breakpoint. Only from a
  /// [DebugEngine], like the next.
  BREAKPOINT,
  /// Behind an instruction that has accessed [Cpu#watchedAddress].
  WATCHPOINT
}
