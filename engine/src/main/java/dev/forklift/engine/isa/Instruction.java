package dev.forklift.engine.isa;

import dev.forklift.engine.ir.Ir;

/// An instruction as decoded: which it is, and the word that holds its arguments.
public final class Instruction {
  private final Pattern pattern;
  private final InstructionSet.Binding<?> binding;
  private final int word;

  Instruction(Pattern pattern, InstructionSet.Binding<?> binding, int word) {
    this.pattern = pattern;
    this.binding = binding;
    this.word = word;
  }

  /// The name of its line in the `.decode` text.
  public String name() {
    return pattern.name();
  }

  /// Its length in bytes.
  public int length() {
    return pattern.bytes();
  }

  /// The value of one of its arguments.
  public int get(String argument) {
    return pattern.argument(argument, word);
  }

  /// Adds what it does.
  public void emit(Ir ir) {
    binding.emit(ir, this);
  }
}
