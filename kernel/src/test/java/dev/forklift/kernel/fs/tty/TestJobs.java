package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.vfs.Caller;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Processes, as far as terminals care.
final class TestJobs implements JobControl {
  static final class TestSession implements Session {
    final int id;
    final List<Integer> leaderSignals = new ArrayList<>();
    Terminal terminal;

    TestSession(int id) {
      this.id = id;
    }

    @Override
    public int idFor(Caller caller) {
      return id;
    }

    @Override
    public void signalLeader(int signal) {
      leaderSignals.add(signal);
    }

    @Override
    public void setTerminal(Terminal newTerminal) {
      terminal = newTerminal;
    }
  }

  static final class TestGroup implements Group {
    final int id;
    final TestSession session;
    final List<Integer> signals = new ArrayList<>();
    boolean orphaned;

    TestGroup(int id, TestSession session) {
      this.id = id;
      this.session = session;
    }

    @Override
    public int idFor(Caller caller) {
      return id;
    }

    @Override
    public void signal(int signal) {
      signals.add(signal);
    }

    @Override
    public boolean isOrphaned() {
      return orphaned;
    }

    @Override
    public Session session() {
      return session;
    }
  }

  final Map<Integer, TestGroup> groups = new HashMap<>();
  private final Map<Caller, TestGroup> members = new HashMap<>();
  final List<Integer> ignored = new ArrayList<>();

  TestGroup group(int id, TestSession session) {
    return groups.computeIfAbsent(id, i -> new TestGroup(i, session));
  }

  void join(Caller caller, TestGroup group) {
    members.put(caller, group);
  }

  @Override
  public Session session(Caller caller) {
    return members.get(caller).session;
  }

  @Override
  public Group group(Caller caller) {
    return members.get(caller);
  }

  @Override
  public Group find(Caller caller, int id) {
    return groups.get(id);
  }

  @Override
  public boolean leadsSession(Caller caller) {
    TestGroup group = members.get(caller);
    return group.id == group.session.id;
  }

  @Override
  public boolean ignores(Caller caller, int signal) {
    return ignored.contains(signal);
  }

  @Override
  public Terminal terminal(Caller caller) {
    return members.get(caller).session.terminal;
  }

  @Override
  public void detach(Caller caller) {
    throw new UnsupportedOperationException();
  }
}
