package dev.forklift.board.device;

/// How a device ends the run of its machine. Only the machine's thread calls it; the instruction
/// that made the device do so is the last one or nearly so.
public interface PowerSwitch {
  /// Of a machine that cannot be switched off.
  PowerSwitch NONE =
      new PowerSwitch() {
        @Override
        public void end(int status) {}

        @Override
        public void reset() {}
      };

  /// The run ends, with a status for who asked for it.
  void end(int status);

  /// The machine is to be started anew.
  void reset();
}
