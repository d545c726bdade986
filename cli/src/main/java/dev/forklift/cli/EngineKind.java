package dev.forklift.cli;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.jit.TranslationLog;

/// What runs guest code.
enum EngineKind {
  /// Only the evaluator, the reference.
  EVALUATOR {
    @Override
    Engine create(TranslationLog log) {
      return new Evaluator();
    }
  },
  /// The evaluator, and Java methods made of what is hot.
  TRANSLATOR {
    @Override
    Engine create(TranslationLog log) {
      return new Evaluator(RegionTranslator.inBackground(log));
    }
  };

  /// @param log where it keeps what it has translated
  abstract Engine create(TranslationLog log);
}
