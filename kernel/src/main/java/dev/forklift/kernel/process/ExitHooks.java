package dev.forklift.kernel.process;

/// What other subsystems have to do when a process executes a program or ends.
public interface ExitHooks {
  /// Nothing to do.
  ExitHooks NONE = new ExitHooks() {};

  /// The leader of a session has ended: its terminal hangs up.
  default void sessionLeaderEnded(Session session) {}

  /// Pid 1 of the first pid namespace has ended, and with it the machine.
  default void initEnded(Task init) {}
}
