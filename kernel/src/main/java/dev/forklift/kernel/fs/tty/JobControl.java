package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.vfs.Caller;
import org.jspecify.annotations.Nullable;

/// Sessions and process groups, as terminals see them; the process layer has them.
public interface JobControl {
  /// A session.
  interface Session {
    /// Its number as the caller sees it.
    int idFor(Caller caller);

    /// Sends a signal to its leader.
    void signalLeader(int signal);

    /// Gives all its processes a controlling terminal, or takes it away from them.
    void setTerminal(@Nullable Terminal terminal);
  }

  /// A process group.
  interface Group {
    /// Its number as the caller sees it.
    int idFor(Caller caller);

    /// Sends a signal to all its processes.
    void signal(int signal);

    /// Whether no process in it has a parent in another group of the session.
    boolean isOrphaned();

    Session session();
  }

  Session session(Caller caller);

  Group group(Caller caller);

  /// The group with this number in the caller's eyes, or null.
  @Nullable Group find(Caller caller, int id);

  boolean leadsSession(Caller caller);

  /// Whether the caller blocks or ignores a signal.
  boolean ignores(Caller caller, int signal);

  /// The caller's controlling terminal.
  @Nullable Terminal terminal(Caller caller);

  /// The caller's process, which leads no session, gives its controlling terminal up.
  void detach(Caller caller);
}
