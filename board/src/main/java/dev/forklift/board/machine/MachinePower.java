package dev.forklift.board.machine;

import dev.forklift.board.cpu.Stop;
import dev.forklift.board.device.PowerSwitch;
import org.jspecify.annotations.Nullable;

/// What devices have asked of the machine that they stand in.
final class MachinePower implements PowerSwitch {
  private final Runnable interrupt;
  private @Nullable Stop asked;

  /// @param interrupt gets the engine out of guest code
  MachinePower(Runnable interrupt) {
    this.interrupt = interrupt;
  }

  @Override
  public void end(int status) {
    ask(Stop.ended(status));
  }

  @Override
  public void reset() {
    ask(new Stop(Stop.Kind.RESET, "reset"));
  }

  private void ask(Stop stop) {
    if (asked == null) {
      asked = stop;
      interrupt.run();
    }
  }

  /// What was asked for first, or null.
  @Nullable Stop asked() {
    return asked;
  }
}
