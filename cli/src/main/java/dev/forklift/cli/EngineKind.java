package dev.forklift.cli;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;

/// What runs guest code.
enum EngineKind {
  /// Only the evaluator, the reference.
  EVALUATOR {
    @Override
    Engine create() {
      return new Evaluator();
    }
  },
  /// The evaluator, and Java methods made of what is hot.
  TRANSLATOR {
    @Override
    Engine create() {
      return new Evaluator(RegionTranslator.inBackground());
    }
  };

  abstract Engine create();
}
