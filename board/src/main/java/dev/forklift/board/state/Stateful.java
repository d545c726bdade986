package dev.forklift.board.state;

import dev.forklift.board.BadInputException;

/// A part of a machine that is not the same at all times.
///
/// One method stands for both directions, so that nothing can be saved and then forgotten:
///
/// ```java
/// public void transfer(StateFields fields) throws BadInputException {
///   period = fields.cell(period);
///   timedOut = fields.flag(timedOut);
/// }
/// ```
@FunctionalInterface
public interface Stateful {
  /// Hands each of its fields over, always in the same order, and keeps what it gets back: when the
  /// machine is saved what it gave, when it is restored what it was then.
  ///
  /// @throws BadInputException with a message for the user if it cannot be saved now, or if what
  ///   was saved does not fit
  void transfer(StateFields fields) throws BadInputException;
}
