package dev.forklift.kernel.process;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A session (setsid(2)): process groups that share a controlling terminal.
public final class Session {
  private final Pid pid;
  private final Set<ThreadGroup> members = new LinkedHashSet<>();
  private @Nullable Object terminal;

  Session(Pid pid) {
    this.pid = pid;
    pid.setSession(this);
  }

  public Pid pid() {
    return pid;
  }

  void add(ThreadGroup group) {
    members.add(group);
  }

  void remove(ThreadGroup group) {
    members.remove(group);
    if (members.isEmpty()) {
      pid.setSession(null);
    }
  }

  /// The processes in it. A snapshot.
  public java.util.List<ThreadGroup> members() {
    return java.util.List.copyOf(members);
  }

  /// The controlling terminal, or null.
  public @Nullable Object terminal() {
    return terminal;
  }

  public void setTerminal(@Nullable Object terminal) {
    this.terminal = terminal;
  }
}
