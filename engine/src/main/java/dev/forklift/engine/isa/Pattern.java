package dev.forklift.engine.isa;

import java.util.List;

/// One line of a `.decode` text: the bits by which an instruction is known, and what stands between
/// them.
///
/// @param line where it stands in the text
/// @param bytes its length, 2 or 4
/// @param mask the bits that must be as in `match`
/// @param reserved bits that carry no meaning, and stand as in `reservedMatch` in code that an
///   assembler made
record Pattern(
    String name,
    int line,
    int bytes,
    int mask,
    int match,
    int reserved,
    int reservedMatch,
    List<Argument> arguments,
    Syntax syntax) {

  /// An argument: a field, or a number that the pattern or its format fixes.
  sealed interface Argument {
    String name();

    /// Its value in the instruction `word`.
    int in(int word);
  }

  record Variable(String name, Field field) implements Argument {
    @Override
    public int in(int word) {
      return field.extract(word);
    }
  }

  record Fixed(String name, int value) implements Argument {
    @Override
    public int in(int word) {
      return value;
    }
  }

  Pattern {
    arguments = List.copyOf(arguments);
  }

  boolean matches(int word) {
    return (word & mask) == match;
  }

  boolean overlaps(Pattern other) {
    int common = mask & other.mask;
    return bytes == other.bytes && (match & common) == (other.match & common);
  }

  /// The value of an argument.
  int argument(String name, int word) {
    // Names in meanings and in the text are both interned, so the first comparison decides.
    for (int i = 0; i < arguments.size(); i++) {
      Argument argument = arguments.get(i);
      if (argument.name().equals(name)) {
        return argument.in(word);
      }
    }
    throw new IllegalArgumentException(this.name + " has no argument '" + name + "'");
  }
}
