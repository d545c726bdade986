package dev.forklift.board.state;

import dev.forklift.board.BadInputException;

/// The fields of a [Stateful], on their way into a snapshot or out of one.
///
/// What comes out of a file may be anything: fields that cannot have every value say which.
public abstract sealed class StateFields permits StateInput, StateOutput {
  /// Whether the machine is being restored.
  public abstract boolean isRestoring();

  /// A field of 32 bits.
  public abstract int cell(int value) throws BadInputException;

  /// A field of 64 bits.
  public abstract long number(long value) throws BadInputException;

  /// A field of bytes; in a snapshot there are at most `most`.
  public abstract byte[] bytes(byte[] value, int most) throws BadInputException;

  /// A field of 64 bits with a least and a greatest value.
  public final long number(long value, long least, long most) throws BadInputException {
    long number = number(value);
    if (number < least || number > most) {
      throw impossible();
    }
    return number;
  }

  /// A field of 32 bits with a least and a greatest value.
  public final int cell(int value, int least, int most) throws BadInputException {
    int cell = cell(value);
    if (cell < least || cell > most) {
      throw impossible();
    }
    return cell;
  }

  public final boolean flag(boolean value) throws BadInputException {
    return cell(value ? 1 : 0, 0, 1) == 1;
  }

  /// Fields that stay where they are.
  public final void cells(int[] values) throws BadInputException {
    for (int i = 0; i < values.length; i++) {
      values[i] = cell(values[i]);
    }
  }

  /// What to throw where fields are restored that no machine can have.
  public static BadInputException impossible() {
    return new BadInputException("it has values that cannot be");
  }
}
