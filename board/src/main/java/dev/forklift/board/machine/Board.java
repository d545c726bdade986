package dev.forklift.board.machine;

import dev.forklift.board.BadInputException;
import dev.forklift.board.boot.BootLoader;
import dev.forklift.board.cpu.Processor;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.device.Device;
import dev.forklift.board.state.SnapshotReader;
import dev.forklift.board.state.SnapshotWriter;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import dev.forklift.board.time.MachineClock;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.MachineSpace;
import dev.forklift.engine.memory.PhysicalMemory;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A machine.
///
///     Board board = Board.of(tree, config);
///     board.load(new BootLoader.Boot(kernel, ramdisk, "console=ttyS0"));
///     Stop stop = board.run();
///
/// One thread runs it: CPU, devices and all. Others only [bring][WakeUp] something.
public final class Board {
  /// How many instructions after something happened to look for the first time whether the CPU is
  /// still at it; later more and more seldom.
  private static final long SOON = 2_000;

  private static final long ENOUGH = 200_000;

  /// How many nanoseconds to sleep at a time when it is not sure that there is nothing to do.
  private static final long DOZE = 100_000_000;

  /// So many exits without an executed instruction are no accident.
  private static final int MOST_FRUITLESS = 10_000;

  private static final int SEED_BYTES = 64;

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
  private final PanicWatch panic;
  private final MachinePower power;
  private final StillnessProbe stillness;
  private final boolean counted;
  private final Map<String, Device> devices;
  private final Timeline.Alarm pauseAlarm;
  private final Map<String, Stateful> parts = new LinkedHashMap<>();

  // When to look next, in instructions, and how long to wait with the look after that.
  private long lookAt = SOON;
  private long patience = SOON;

  // Exits since the last executed instruction, and the count of those then.
  private int fruitless;
  private long executed;

  private volatile boolean quit;
  private volatile boolean paused;
  private long pauseAt = Long.MAX_VALUE;

  private Board(BoardParts parts, BoardConfig config) {
    tree = parts.tree();
    memory = parts.memory();
    type = parts.type();
    processor = parts.processor();
    clock = parts.clock();
    timeline = parts.timeline();
    wakeUp = parts.wakeUp();
    console = parts.console();
    panic = parts.panic();
    power = parts.power();
    engine = config.engine();
    counted = config.counted();
    cpu = processor.cpu();
    space = processor.space();
    stillness = new StillnessProbe(engine, processor);
    devices = parts.devices();
    pauseAlarm = timeline.alarm(this::pause);
    this.parts.put("the CPU", processor);
    this.parts.put("the clock", clock);
    this.parts.put("the console", console);
    this.parts.put("the look-out", this::transferLooks);
    this.parts.put("the panic watch", panic);
    this.parts.putAll(parts.devices());
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
    byte[] seed = new byte[SEED_BYTES];
    if (!counted) {
      new SecureRandom().nextBytes(seed);
    }
    new BootLoader(memory, processor).load(boot, tree, seed);
  }

  /// From now on answers what code of a supervisor asks of the tool that runs it, where the CPU has
  /// instructions for that: its output goes to the console, and it can end the run.
  public void semihost() {
    processor.semihost(console::write);
  }

  /// Where an image goes that does not say so: to the beginning of the first memory in the tree.
  public long rawAddress() throws BadInputException {
    return processor.unmapped(BoardBuilder.memories(tree).getFirst().start());
  }

  /// The devices whose nodes have paths that end so.
  public List<Device> devices(String pathEnd) {
    return devices.entrySet().stream()
        .filter(device -> device.getKey().endsWith(pathEnd))
        .map(Map.Entry::getValue)
        .toList();
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

  /// Lets [#run] come back soon, so that something can be done before it is called again. Any
  /// thread. It changes nothing for what runs on the machine.
  public void pause() {
    paused = true;
    wakeUp.rouse();
  }

  /// Lets [#run] come back when so many instructions have been executed. Before it is called.
  public void pauseAt(long instructions) {
    pauseAt = instructions;
  }

  /// Lets [#run] come back when so much of the machine's time has passed. Before it is called.
  public void pauseAfter(long nanos) {
    pauseAlarm.set(timeline.now() + nanos);
  }

  private boolean takePause() {
    boolean due = paused || cpu.instructions() >= pauseAt;
    if (due) {
      paused = false;
      pauseAt = Long.MAX_VALUE;
    }
    return due;
  }

  /// Writes all that it is at this moment. While it does not run.
  ///
  /// @throws BadInputException if that cannot be done now
  public void save(SnapshotWriter to) throws IOException {
    for (Map.Entry<String, Stateful> part : parts.entrySet()) {
      to.part(part.getKey(), part.getValue());
    }
    to.memory(memory);
    to.end();
  }

  /// Makes it what was saved of a machine like this one. While it does not run. If that fails, it
  /// cannot be used any more.
  ///
  /// @throws BadInputException if the snapshot is broken, or one of another machine
  public void restore(SnapshotReader from) throws IOException {
    for (Map.Entry<String, Stateful> part : parts.entrySet()) {
      from.part(part.getKey(), part.getValue());
    }
    from.memory(memory);
    from.end();
  }

  private void transferLooks(StateFields fields) throws BadInputException {
    lookAt = fields.number(lookAt, 0, Long.MAX_VALUE);
    patience = fields.number(patience, 1, ENOUGH);
  }

  /// Runs it until it does not go on; after a pause it may be called again.
  public Stop run() {
    console.begin();
    Stop stop = null;
    while (stop == null) {
      if (takePause()) {
        stop = new Stop(Stop.Kind.PAUSED, "paused");
        break;
      }
      if (wakeUp.take()) {
        cpu.clearInterrupt();
        looksSoon();
      }
      if (quit) {
        stop = new Stop(Stop.Kind.QUIT, "quit");
        break;
      }
      if (processor.isUserMode()) {
        panic.isAlive();
      }
      stop = power.asked() != null ? power.asked() : panic.stop(timeline.now());
      if (stop != null) {
        break;
      }
      timeline.runDue();
      if (paused) {
        continue;
      }
      console.poll();
      processor.takeInterrupt();
      long instructions = clock.instructionsUntil(timeline.next());
      stop =
          runFor(
              Math.min(instructions, Math.max(1, Math.min(lookAt, pauseAt) - cpu.instructions())));
      if (stop == null && cpu.instructions() >= lookAt) {
        stop = look();
      }
    }
    console.flush();
    return stop;
  }

  private void looksSoon() {
    patience = SOON;
    lookAt = cpu.instructions() + patience;
  }

  /// Looks whether the CPU has something to do, and sleeps if it has not.
  private @Nullable Stop look() {
    if (!processor.isUserMode() && timeline.next() > timeline.now()) {
      StillnessProbe.Finding found = stillness.probe();
      Exit met = stillness.met();
      if (met != null) {
        return stop(met);
      }
      switch (found) {
        case BUSY -> patience = Math.min(2 * patience, ENOUGH);
        case WAITING -> rest(timeline.next(), SOON);
        // If that was wrong, it still gets on.
        case COUNTING -> rest(Math.min(timeline.next(), timeline.now() + DOZE), ENOUGH);
        case STUCK -> {
          return new Stop(Stop.Kind.HALTED, "halted");
        }
      }
    }
    lookAt = cpu.instructions() + patience;
    return null;
  }

  /// Sleeps until something happens.
  ///
  /// @param otherwise how many instructions to wait with the next look if nothing did
  private void rest(long deadline, long otherwise) {
    panic.isAlive();
    console.flush();
    clock.rest(deadline, wakeUp);
    patience = timeline.next() <= timeline.now() ? SOON : otherwise;
  }

  /// Answers an exit. A handler of exceptions whose own code raises one leads in a circle in which
  /// no instruction is ever executed.
  private @Nullable Stop answer(Exit exit) {
    if (cpu.instructions() != executed) {
      executed = cpu.instructions();
      fruitless = 0;
    } else if (++fruitless > MOST_FRUITLESS) {
      return new Stop(
          Stop.Kind.LOST,
          "the CPU takes one exception after another at 0x%08x".formatted(cpu.pc()));
    }
    return processor.answer(exit);
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
        if (power.asked() != null) {
          return power.asked();
        }
        // A device has raised its wire, or there is something to look at.
        cpu.clearInterrupt();
        processor.takeInterrupt();
      } else {
        Stop stop = stop(exit);
        if (stop != null) {
          return stop;
        }
      }
    } while (cpu.instructions() < limit);
    return null;
  }

  /// What an exit of the engine means for who runs the machine.
  private @Nullable Stop stop(Exit exit) {
    return switch (exit) {
      case BREAKPOINT -> new Stop(Stop.Kind.BREAKPOINT, "breakpoint");
      case WATCHPOINT -> new Stop(Stop.Kind.WATCHPOINT, "watchpoint");
      default -> answer(exit);
    };
  }

  /// Executes one instruction, or takes the exception that it raises. Nothing else of the machine
  /// moves: no interrupt is taken, no alarm goes off. While it does not run.
  public @Nullable Stop step() {
    Exit exit = engine.step(cpu, space);
    return exit == Exit.SAFE_POINT ? null : stop(exit);
  }

  /// Whether somebody wants it to end.
  public boolean isQuit() {
    return quit;
  }
}
