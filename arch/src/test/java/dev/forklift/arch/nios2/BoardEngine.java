package dev.forklift.arch.nios2;

import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.jit.RegionTranslator;
import dev.forklift.engine.memory.AddressSpace;
import dev.forklift.engine.memory.GuestFault;

/// What runs the code of a board in tests.
enum BoardEngine {
  /// The evaluator, the reference.
  EVALUATOR {
    @Override
    Engine create() {
      return new Evaluator();
    }
  },
  /// What is to be run next is translated first.
  TRANSLATOR {
    @Override
    Engine create() {
      return new Early();
    }
  };

  abstract Engine create();

  private static final class Early implements Engine {
    private final RegionTranslator translator = new RegionTranslator(Runnable::run, 1);
    private final Engine engine = new Evaluator(translator);

    @Override
    public Exit run(Cpu cpu, AddressSpace space) {
      long pc = cpu.pc();
      try {
        var page = space.codePage(pc);
        if ((pc & 3) == 0 && page.at(pc) == null && space.shownCode(pc) != null) {
          translator.hot(cpu.isa(), space, page, pc, 1);
        }
      } catch (GuestFault _) {
        // The engine will find it, too.
      }
      return engine.run(cpu, space);
    }

    @Override
    public Exit step(Cpu cpu, AddressSpace space) {
      return engine.step(cpu, space);
    }
  }
}
