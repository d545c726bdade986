package dev.forklift.kernel.machine;

import dev.forklift.engine.cpu.Engine;
import dev.forklift.engine.cpu.Evaluator;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.debug.GuestCores;
import dev.forklift.kernel.process.CoreDumper;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.kernel.wait.KernelClock;
import java.util.function.Consumer;

/// What a machine is to be like.
///
/// @param root what makes its root file system
/// @param stdio what descriptors 0, 1 and 2 of the program are
/// @param engine what runs its code
/// @param memoryLimit bytes that all guests together may hold
/// @param release what uname says: `6.12` also refuses clone3 where Linux 6.12 does
public record MachineConfig(
    LinuxAbi abi,
    KernelClock clock,
    RandomSource random,
    RootBuilder root,
    Stdio stdio,
    Engine engine,
    TaskEvents events,
    SyscallObserver observer,
    CoreDumper coreDumper,
    long memoryLimit,
    int maximumTasks,
    Release release) {

  /// The smallest process takes half of it: its stack, its data, its page tables.
  private static final long TASK_BYTES = 1 << 17;

  private static final int MOST_TASKS = 16384;

  /// Which Linux release's visible behaviour is shown.
  public enum Release {
    V6_12("6.12.117"),
    V6_18("6.18.0");

    private final String text;

    Release(String text) {
      this.text = text;
    }

    /// What uname(2) says.
    public String text() {
      return text;
    }
  }

  /// What most machines start from: the host's clock and randomness, 6.18, nobody watching, core
  /// files only as guests ask for them.
  public static MachineConfig of(LinuxAbi abi, RootBuilder root, Stdio stdio) {
    long memory = Runtime.getRuntime().maxMemory() / 2;
    return new MachineConfig(
        abi,
        KernelClock.host(),
        RandomSource.host(),
        root,
        stdio,
        new Evaluator(),
        TaskEvents.NONE,
        SyscallObserver.NONE,
        new GuestCores(),
        memory,
        tasksFor(memory),
        Release.V6_18);
  }

  /// How many tasks there may be in so much memory, so that they alone do not use it up; and each
  /// is a thread of the host.
  public static int tasksFor(long memoryLimit) {
    return Math.clamp(memoryLimit / TASK_BYTES, 64, MOST_TASKS);
  }

  /// What runs its code, instead of the evaluator.
  public MachineConfig withEngine(Engine engine) {
    return changed(c -> c.engine = engine);
  }

  /// With random bytes from elsewhere.
  public MachineConfig withRandom(RandomSource random) {
    return changed(c -> c.random = random);
  }

  public MachineConfig withEvents(TaskEvents events) {
    return changed(c -> c.events = events);
  }

  public MachineConfig withObserver(SyscallObserver observer) {
    return changed(c -> c.observer = observer);
  }

  public MachineConfig withCoreDumper(CoreDumper coreDumper) {
    return changed(c -> c.coreDumper = coreDumper);
  }

  public MachineConfig withRelease(Release release) {
    return changed(c -> c.release = release);
  }

  public MachineConfig withLimits(long memoryLimit, int maximumTasks) {
    return changed(c -> {
      c.memoryLimit = memoryLimit;
      c.maximumTasks = maximumTasks;
    });
  }

  private MachineConfig changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return new MachineConfig(
        abi,
        clock,
        draft.random,
        root,
        stdio,
        draft.engine,
        draft.events,
        draft.observer,
        draft.coreDumper,
        draft.memoryLimit,
        draft.maximumTasks,
        draft.release);
  }

  /// What can be changed.
  private static final class Draft {
    private RandomSource random;
    private Engine engine;
    private TaskEvents events;
    private SyscallObserver observer;
    private CoreDumper coreDumper;
    private long memoryLimit;
    private int maximumTasks;
    private Release release;

    Draft(MachineConfig from) {
      random = from.random;
      engine = from.engine;
      events = from.events;
      observer = from.observer;
      coreDumper = from.coreDumper;
      memoryLimit = from.memoryLimit;
      maximumTasks = from.maximumTasks;
      release = from.release;
    }
  }
}
