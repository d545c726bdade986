package dev.forklift.cli;

import dev.forklift.engine.host.HostSignals;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.fs.tty.WindowSize;
import dev.forklift.kernel.machine.Machine;
import org.jspecify.annotations.Nullable;

/// Hands on what the host sends: signals, and the size of the terminal. SIGQUIT stays with the JVM,
/// which answers it with a list of its threads.
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

  static void begin(Machine machine, HostStreams streams) {
    HostTerminal terminal = streams.terminal();
    SignalsToGuest signals = new SignalsToGuest(machine, terminal);
    HostSignals.handle("INT", signals::interrupt);
    signals.handOn("TERM", Signal.SIGTERM);
    signals.handOn("HUP", Signal.SIGHUP);
    signals.handOn("USR1", Signal.SIGUSR1);
    signals.handOn("USR2", Signal.SIGUSR2);
    if (terminal != null) {
      HostSignals.handle("CONT", terminal::takeBack);
      HostSignals.handle("WINCH", () -> resize(machine, streams, terminal.size()));
    }
  }

  private static void resize(Machine machine, HostStreams streams, WindowSize size) {
    machine.resizeTerminal(size);
    streams.resized(size);
  }

  private void handOn(String name, int signal) {
    HostSignals.handle(name, () -> machine.signalProgram(signal, false));
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
