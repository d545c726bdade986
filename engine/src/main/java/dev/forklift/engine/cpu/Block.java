package dev.forklift.engine.cpu;

import dev.forklift.engine.ir.Op.JavaFunction;
import dev.forklift.engine.memory.CodePage;
import dev.forklift.engine.memory.JumpTargets;
import org.jspecify.annotations.Nullable;

/// A run of guest instructions with one entry, encoded for the [Evaluator] (see [Code]).
final class Block implements CodePage.Translation {
  /// What the objects of a block take beside what stands in them.
  private static final int OBJECTS = 120;

  private final long start;
  private final long end;
  final long[] code;
  final JavaFunction[] functions;

  /// Guest instructions in the whole block.
  final int instructions;

  /// How often it has run. Threads may lose counts of each other.
  int runs;

  /// At which count the translator is to hear of it.
  int hotAt;

  /// Where the computed jump at its end has gone to; null if there is none, or nobody asks.
  volatile @Nullable JumpTargets targets;

  /// For each instruction (a branch and its delay slot being one), the words of code it has.
  private final byte[] words;

  /// For each of them the bytes of guest code.
  private final byte[] lengths;

  Block(
      long start,
      long end,
      long[] code,
      JavaFunction[] functions,
      int instructions,
      byte[] words,
      byte[] lengths) {
    this.start = start;
    this.end = end;
    this.code = code;
    this.functions = functions;
    this.instructions = instructions;
    this.words = words;
    this.lengths = lengths;
  }

  @Override
  public long start() {
    return start;
  }

  @Override
  public long end() {
    return end;
  }

  @Override
  public long bytes() {
    return OBJECTS + (long) Long.BYTES * code.length + words.length + lengths.length;
  }

  boolean endsInComputedJump() {
    return Code.op(code[code.length - 1]) == Code.JUMP_COMPUTED;
  }

  /// How many instructions come before the one that the word of code at `index` belongs to.
  int instructionsBefore(int index) {
    int before = 0;
    for (int word = words[0] & 0xff; word <= index; word += words[before] & 0xff) {
      before++;
    }
    return before;
  }

  /// The address of the instruction that comes after `before` others, or the end of the block.
  long address(int before) {
    if (before == lengths.length) {
      return end;
    }
    long address = start;
    for (int i = 0; i < before; i++) {
      address += lengths[i];
    }
    return address;
  }
}
