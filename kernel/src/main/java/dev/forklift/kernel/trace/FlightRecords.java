package dev.forklift.kernel.trace;

import dev.forklift.kernel.abi.CloneFlagNames;
import dev.forklift.kernel.arch.KernelCloneArgs;
import dev.forklift.kernel.process.CloneRule;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskEvents;
import dev.forklift.kernel.vfs.PathNames;
import dev.forklift.kernel.vfs.VfsPath;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/// Tells Java Flight Recorder of tasks that come and go.
///
/// Its events are made known only when the recorder is started, before this kernel or while it
/// runs: setting the recorder up takes longer than many a guest program.
public final class FlightRecords implements TaskEvents, AutoCloseable {
  private final FlightRecorderListener starts =
      new FlightRecorderListener() {
        @Override
        public void recorderInitialized(FlightRecorder recorder) {
          begin();
        }
      };
  private volatile boolean recorded;

  public FlightRecords() {
    FlightRecorder.addListener(starts);
    if (FlightRecorder.isInitialized()) {
      begin();
    }
  }

  private void begin() {
    FlightRecorder.register(TaskCreatedEvent.class);
    FlightRecorder.register(TaskExecutedEvent.class);
    FlightRecorder.register(TaskExitedEvent.class);
    FlightRecorder.register(CloneRefusedEvent.class);
    recorded = true;
  }

  /// The kernel has ended.
  @Override
  public void close() {
    FlightRecorder.removeListener(starts);
  }

  @Override
  public void created(Task child, Task parent, KernelCloneArgs args) {
    if (!recorded) {
      return;
    }
    TaskCreatedEvent event = new TaskCreatedEvent();
    if (!event.shouldCommit()) {
      return;
    }
    event.tid = child.pid().global();
    event.tgid = child.group().pid().global();
    event.name = child.name();
    event.maker = parent.pid().global();
    event.flags = String.join("|", CloneFlagNames.of(args.flags()));
    event.exitSignal = args.exitSignal();
    event.stack = args.stack();
    event.tls = args.tls();
    event.parentTid = args.parentTid();
    event.childTid = args.childTid();
    event.pidfd = args.pidfd();
    event.setTid = args.setTid().toString();
    event.cgroup = args.cgroup();
    event.kernelThread = child.isKernelThread();
    event.commit();
  }

  @Override
  public void refused(Task caller, CloneRule rule) {
    if (!recorded) {
      return;
    }
    CloneRefusedEvent event = new CloneRefusedEvent();
    if (!event.shouldCommit()) {
      return;
    }
    event.tid = caller.pid().global();
    event.rule = rule.name();
    event.row = rule.row();
    event.error = rule.errno().symbol();
    event.reason = rule.reason();
    event.commit();
  }

  @Override
  public void executed(Task task) {
    if (!recorded) {
      return;
    }
    TaskExecutedEvent event = new TaskExecutedEvent();
    if (!event.shouldCommit()) {
      return;
    }
    VfsPath program = task.executable();
    event.tid = task.pid().global();
    event.name = task.name();
    event.path = program == null ? "" : PathNames.of(program, task.fs().root()).text();
    event.commit();
  }

  @Override
  public void exited(Task task) {
    if (!recorded) {
      return;
    }
    TaskExitedEvent event = new TaskExitedEvent();
    if (!event.shouldCommit()) {
      return;
    }
    int status = task.exitStatus();
    event.tid = task.pid().global();
    event.tgid = task.group().pid().global();
    event.name = task.name();
    event.status = status >> 8 & 0xff;
    event.signal = status & 0x7f;
    event.commit();
  }
}
