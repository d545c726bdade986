package dev.forklift.engine.isa;

/// How the arguments of an instruction are gathered, by the names that the `.decode` text gives
/// them, into the record that its meaning takes.
///
/// @param <A> the record
@FunctionalInterface
public interface Shape<A> {
  A of(Instruction instruction);
}
