package dev.forklift.cli;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.machine.Machine;
import org.jspecify.annotations.Nullable;

/// Hands on what the host sends: SIGINT, SIGTERM, SIGHUP, and the size of the terminal.
final class SignalsToGuest {
  private static final long IMPATIENCE_NANOS = 2_000_000_000L;

  private final Machine machine;
  private final @Nullable HostTerminal terminal;

  // Guarded by this.
  private boolean interrupted;
  private long interruptedAt;

  private SignalsToGuest(Machine machine, @Nullable HostTerminal terminal) {
    this.machine = machine;
    this.terminal = terminal;
  }

  static void begin(Machine machine, @Nullable HostTerminal terminal) {
    SignalsToGuest signals = new SignalsToGuest(machine, terminal);
    HostSignals.handle("INT", signals::interrupt);
    HostSignals.handle("TERM", () -> machine.signalProgram(Signal.SIGTERM, false));
    HostSignals.handle("HUP", () -> machine.signalProgram(Signal.SIGHUP, false));
    if (terminal != null) {
      HostSignals.handle("WINCH", () -> machine.resizeTerminal(terminal.size()));
    }
  }

  /// A guest that does not care about the first is ended by a second soon after.
  private synchronized void interrupt() {
    long now = System.nanoTime();
    if (interrupted && now - interruptedAt < IMPATIENCE_NANOS) {
      if (terminal != null) {
        terminal.restore();
      }
      Runtime.getRuntime().halt(128 + Signal.SIGINT);
    }
    interrupted = true;
    interruptedAt = now;
    machine.signalProgram(Signal.SIGINT, true);
  }
}
