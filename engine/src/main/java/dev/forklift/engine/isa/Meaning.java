package dev.forklift.engine.isa;

import dev.forklift.engine.ir.Ir;

/// What an instruction does.
///
/// @param <A> its arguments
@FunctionalInterface
public interface Meaning<A> {
  void emit(Ir ir, A arguments);
}
