package dev.forklift.kernel.machine;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.fs.tty.JobControl;
import dev.forklift.kernel.fs.tty.Terminal;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.ProcessGroup;
import dev.forklift.kernel.process.Signals;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.ThreadGroup;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.vfs.Caller;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/// The sessions and process groups of tasks, as terminals want to see them.
final class TaskJobs implements JobControl {
  /// Processes that have given up their session's terminal for themselves.
  private final Set<ThreadGroup> detached = Collections.newSetFromMap(new WeakHashMap<>());

  /// A session. Equal if it is the same one.
  record TaskSession(dev.forklift.kernel.process.Session session) implements JobControl.Session {
    @Override
    public int idFor(Caller caller) {
      return session.pid().in(((Task) caller).pidNamespace());
    }

    @Override
    public void signalLeader(int signal) {
      Task leader = session.pid().task();
      if (leader != null) {
        Signals.sendToGroup(leader.group(), SigInfo.kernel(signal));
      }
    }

    @Override
    public void setTerminal(@Nullable Terminal terminal) {
      session.setTerminal(terminal);
    }
  }

  /// A process group. Equal if it is the same one.
  record TaskGroup(ProcessGroup group) implements JobControl.Group {
    @Override
    public int idFor(Caller caller) {
      return group.pid().in(((Task) caller).pidNamespace());
    }

    @Override
    public void signal(int signal) {
      Signals.sendToProcessGroup(group, SigInfo.kernel(signal));
    }

    @Override
    public boolean isOrphaned() {
      return group.isOrphaned(null);
    }

    @Override
    public JobControl.Session session() {
      return new TaskSession(group.session());
    }
  }

  @Override
  public JobControl.Session session(Caller caller) {
    return new TaskSession(((Task) caller).group().session());
  }

  @Override
  public Group group(Caller caller) {
    return new TaskGroup(((Task) caller).group().processGroup());
  }

  @Override
  public @Nullable Group find(Caller caller, int id) {
    Pid pid = ((Task) caller).pidNamespace().find(id);
    ProcessGroup group = pid == null ? null : pid.processGroup();
    return group == null ? null : new TaskGroup(group);
  }

  @Override
  public boolean leadsSession(Caller caller) {
    ThreadGroup group = ((Task) caller).group();
    return group.pid() == group.session().pid();
  }

  @Override
  public boolean ignores(Caller caller, int signal) {
    Task task = (Task) caller;
    return (task.blocked() & Signal.bit(signal)) != 0 || task.handlers().get(signal).isIgnore();
  }

  @Override
  public @Nullable Terminal terminal(Caller caller) {
    ThreadGroup group = ((Task) caller).group();
    return detached.contains(group) ? null : (Terminal) group.session().terminal();
  }

  @Override
  public void detach(Caller caller) {
    detached.add(((Task) caller).group());
  }
}
