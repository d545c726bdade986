package dev.forklift.kernel.machine;

import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.calls.SyscallObserver;
import dev.forklift.kernel.debug.GuestCores;
import dev.forklift.kernel.process.CoreDumper;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.kernel.wait.KernelClock;

/// What a machine is to be like.
///
/// @param root what makes its root file system
/// @param stdio what descriptors 0, 1 and 2 of the program are
/// @param memoryLimit bytes that all guests together may hold
/// @param release what uname says: `6.12` also refuses clone3 where Linux 6.12 does
public record MachineConfig(
    LinuxAbi abi,
    KernelClock clock,
    RandomSource random,
    RootBuilder root,
    Stdio stdio,
    TaskEvents events,
    SyscallObserver observer,
    CoreDumper coreDumper,
    long memoryLimit,
    int maximumTasks,
    Release release) {

  private static final long TASK_BYTES = 1 << 16;
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
        TaskEvents.NONE,
        SyscallObserver.NONE,
        new GuestCores(),
        memory,
        tasksFor(memory),
        Release.V6_18);
  }

  /// How many tasks there may be in so much memory: as Linux counts them, and each is a thread of
  /// the host.
  public static int tasksFor(long memoryLimit) {
    return Math.clamp(memoryLimit / TASK_BYTES, 64, MOST_TASKS);
  }

  public MachineConfig withEvents(TaskEvents events) {
    return new MachineConfig(
        abi,
        clock,
        random,
        root,
        stdio,
        events,
        observer,
        coreDumper,
        memoryLimit,
        maximumTasks,
        release);
  }

  public MachineConfig withObserver(SyscallObserver observer) {
    return new MachineConfig(
        abi,
        clock,
        random,
        root,
        stdio,
        events,
        observer,
        coreDumper,
        memoryLimit,
        maximumTasks,
        release);
  }

  public MachineConfig withCoreDumper(CoreDumper coreDumper) {
    return new MachineConfig(
        abi,
        clock,
        random,
        root,
        stdio,
        events,
        observer,
        coreDumper,
        memoryLimit,
        maximumTasks,
        release);
  }

  public MachineConfig withRelease(Release release) {
    return new MachineConfig(
        abi,
        clock,
        random,
        root,
        stdio,
        events,
        observer,
        coreDumper,
        memoryLimit,
        maximumTasks,
        release);
  }

  public MachineConfig withLimits(long memoryLimit, int maximumTasks) {
    return new MachineConfig(
        abi,
        clock,
        random,
        root,
        stdio,
        events,
        observer,
        coreDumper,
        memoryLimit,
        maximumTasks,
        release);
  }
}
