package dev.forklift.engine.jit;

import dev.forklift.engine.ir.Op;
import dev.forklift.engine.ir.Value;
import java.util.function.Consumer;

/// What steps read.
final class Operands {
  private Operands() {}

  static void forEach(Op op, Consumer<Value> action) {
    switch (op) {
      case Op.Move move -> action.accept(move.source());
      case Op.Binary binary -> {
        action.accept(binary.a());
        action.accept(binary.b());
      }
      case Op.Extend extend -> action.accept(extend.a());
      case Op.SwapBytes swap -> action.accept(swap.a());
      case Op.Select select -> {
        action.accept(select.condition());
        action.accept(select.a());
        action.accept(select.b());
      }
      case Op.Load load -> action.accept(load.base());
      case Op.Store store -> {
        action.accept(store.base());
        action.accept(store.value());
      }
      case Op.CompareExchange exchange -> {
        action.accept(exchange.address());
        action.accept(exchange.expected());
        action.accept(exchange.replacement());
      }
      case Op.RaiseIf raise -> action.accept(raise.condition());
      case Op.CallJava call -> call.arguments().forEach(action);
      case Op.Branch branch -> {
        action.accept(branch.a());
        action.accept(branch.b());
      }
      case Op.JumpIndirect jump -> action.accept(jump.target());
      case Op.Instruction _, Op.Fence _, Op.Jump _, Op.Trap _, Op.Raise _ -> {}
    }
  }
}
