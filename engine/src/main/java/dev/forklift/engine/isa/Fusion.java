package dev.forklift.engine.isa;

import dev.forklift.engine.ir.Ir;
import java.util.List;
import java.util.function.Consumer;

/// A run of instructions that is lifted as one step, because together they mean more than one after
/// the other: a compare and exchange that a kernel page spells out in plain instructions is made
/// atomic by it.
///
/// The step must do what the instructions do when nothing comes between them. Single steps of a
/// debugger still take the instructions one by one.
///
/// @param words the instructions, of 32 bits each, up to and with the jump that ends them
/// @param meaning what they mean together, ending with a jump
public record Fusion(List<Integer> words, Consumer<Ir> meaning) {
  public Fusion {
    words = List.copyOf(words);
  }
}
