package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;

/// Something that answers at physical addresses.
///
/// Only the machine's thread calls it, and only there may it raise interrupts; what other threads
/// bring has to wait until that thread looks ([dev.forklift.board.time.WakeUp]).
public interface Device extends Stateful {
  /// Loads 1, 2 or 4 bytes, zero-extended.
  ///
  /// @param offset from the start of its first range
  int load(int offset, int bytes);

  /// Stores the low bytes of `value`.
  void store(int offset, int bytes, int value);

  /// Its state. A device that does not say what that is makes machines that cannot be saved.
  @Override
  default void transfer(StateFields fields) throws BadInputException {
    throw new BadInputException("it does not say what its state is");
  }
}
