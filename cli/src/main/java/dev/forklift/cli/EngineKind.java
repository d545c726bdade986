package dev.forklift.cli;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.jit.TranslationLog;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// What runs guest code.
enum EngineKind {
  /// Only the evaluator, the reference.
  EVALUATOR {
    @Override
    Engine create(TranslationLog log) {
      return new Evaluator();
    }

    @Override
    Engine createForBoard() {
      return new Evaluator();
    }
  },
  /// The evaluator, and Java methods made of what is hot.
  TRANSLATOR {
    @Override
    Engine create(TranslationLog log) {
      return new Evaluator(RegionTranslator.inBackground(log));
    }

    @Override
    Engine createForBoard() {
      return new Evaluator(RegionTranslator.forMachines(new TranslationLog()));
    }
  };

  /// @param log where it keeps what it has translated
  abstract Engine create(TranslationLog log);

  abstract Engine createForBoard();

  /// Reads the name of one.
  static final class Converter implements ITypeConverter<EngineKind> {
    @Override
    public EngineKind convert(String text) {
      return switch (text) {
        case "evaluator" -> EVALUATOR;
        case "translator" -> TRANSLATOR;
        default ->
            throw new TypeConversionException("'" + text + "' is neither translator nor evaluator");
      };
    }
  }
}
