package dev.forklift.board.machine;

import dev.forklift.board.BadInputException;
import dev.forklift.board.boot.BootLoader;
import dev.forklift.board.cpu.Processor;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.time.MachineClock;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/// A machine.
///
///     Board board = Board.of(tree, config);
///     board.load(new BootLoader.Boot(kernel, ramdisk, "console=ttyS0"));
///     Stop stop = board.run();
///
/// One thread runs it: CPU, devices and all. Others only [bring][WakeUp] something.
public final class Board {
  /// How many instructions after something happened it is looked for the first time whether the CPU
  /// is still at it; later more seldom.
  private static final long SOON = 2_000;

  private final TreeNode tree;
  private final PhysicalMemory memory;
  private final ProcessorType type;
  private final Processor processor;
  private final Cpu cpu;
  private final MachineSpace space;
  private final Engine engine;
  private final MachineClock clock;
  private final Timeline timeline;
  private final WakeUp wakeUp;
  private final StreamConsole console;
  private final StillnessProbe stillness;
  private volatile boolean quit;

  private Board(BoardParts parts, BoardConfig config) {
    tree = parts.tree();
    memory = parts.memory();
    type = parts.type();
    processor = parts.processor();
    clock = parts.clock();
    timeline = parts.timeline();
    wakeUp = parts.wakeUp();
    console = parts.console();
    engine = config.engine();
    cpu = processor.cpu();
    space = processor.space();
    stillness = new StillnessProbe(engine, processor);
  }

  /// The machine that a device tree describes.
  ///
  /// @throws BadInputException if there cannot be such a machine
  public static Board of(TreeNode tree, BoardConfig config) throws BadInputException {
    return new Board(new BoardBuilder(tree, config).build(), config);
  }

  /// Puts into memory what is to be booted.
  ///
  /// @throws BadInputException if it does not fit
  public void load(BootLoader.Boot boot) throws BadInputException {
    new BootLoader(memory, processor).load(boot, tree);
  }

  /// Its memory.
  public PhysicalMemory memory() {
    return memory;
  }

  /// The kind of CPU that it has.
  public ProcessorType processorType() {
    return type;
  }

  /// Its CPU.
  public Processor processor() {
    return processor;
  }

  /// Ends [#run] soon. Any thread.
  public void quit() {
    quit = true;
    wakeUp.call();
  }

  /// Runs it until it does not go on.
  public Stop run() {
    console.begin();
    Stop stop = null;
    long patience = SOON;
    while (stop == null) {
      if (wakeUp.take()) {
        cpu.clearInterrupt();
        patience = SOON;
      }
      if (quit) {
        stop = new Stop(Stop.Kind.QUIT, "quit");
        break;
      }
      timeline.runDue();
      console.poll();
      processor.takeInterrupt();
      long look = clock.instructionsUntil(timeline.next());
      stop = runFor(Math.min(look, patience));
      patience = Math.min(2 * patience, look);
      if (stop == null && !processor.isUserMode() && timeline.next() > timeline.now()) {
        switch (stillness.probe()) {
          case BUSY -> {}
          case WAITING -> {
            console.flush();
            clock.rest(timeline.next(), wakeUp);
            patience = SOON;
          }
          case STUCK -> stop = new Stop(Stop.Kind.HALTED, "halted");
        }
      }
    }
    console.flush();
    return stop;
  }

  private @Nullable Stop runFor(long instructions) {
    long limit = cpu.instructions() + instructions;
    cpu.setInstructionLimit(limit);
    do {
      Exit exit = engine.run(cpu, space);
      if (exit == Exit.SAFE_POINT) {
        if (!cpu.isInterrupted()) {
          return null;
        }
        // A device has raised its wire, or there is something to look at.
        cpu.clearInterrupt();
        processor.takeInterrupt();
      } else {
        Stop stop = processor.answer(exit);
        if (stop != null) {
          return stop;
        }
      }
    } while (cpu.instructions() < limit);
    return null;
  }
}
