package dev.forklift.kernel.process;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A process group: what a shell calls a job.
public final class ProcessGroup {
  private final Pid pid;
  private final Session session;
  private final Set<ThreadGroup> members = new LinkedHashSet<>();

  ProcessGroup(Pid pid, Session session) {
    this.pid = pid;
    this.session = session;
    pid.setProcessGroup(this);
  }

  public Pid pid() {
    return pid;
  }

  public Session session() {
    return session;
  }

  /// The processes in it. A snapshot.
  public List<ThreadGroup> members() {
    return List.copyOf(members);
  }

  void add(ThreadGroup group) {
    members.add(group);
  }

  void remove(ThreadGroup group) {
    members.remove(group);
    if (members.isEmpty()) {
      pid.setProcessGroup(null);
    }
  }

  /// Says whether no member has a parent outside the group but in the session: nobody is left who
  /// could continue its stopped jobs.
  ///
  /// @param leaving a process that counts as gone already, or null
  public boolean isOrphaned(@org.jspecify.annotations.Nullable ThreadGroup leaving) {
    for (ThreadGroup member : members) {
      if (member == leaving || member.isZombie()) {
        continue;
      }
      ThreadGroup parent = member.leader().realParent().group();
      if (parent.isGlobalInit()) {
        continue;
      }
      if (parent.processGroup() != this && parent.processGroup().session() == session) {
        return false;
      }
    }
    return true;
  }

  boolean hasStoppedMember() {
    return members.stream().anyMatch(ThreadGroup::isStopped);
  }
}
