package dev.forklift.kernel.signal;

import dev.forklift.kernel.abi.Signal;
import java.util.Arrays;

/// The table of signal actions (Linux's `sighand_struct`), shared by tasks made with CLONE_SIGHAND.
public final class SignalHandlers {
  private final SigAction[] actions;
  private int users = 1;

  public SignalHandlers() {
    actions = new SigAction[Signal.SIGRTMAX + 1];
    Arrays.fill(actions, SigAction.DEFAULT);
  }

  private SignalHandlers(SigAction[] actions) {
    this.actions = actions;
  }

  public SigAction get(int signal) {
    return actions[signal];
  }

  public void set(int signal, SigAction action) {
    actions[signal] = action;
  }

  /// For a child that shares the table.
  public SignalHandlers share() {
    users++;
    return this;
  }

  /// For a child that gets a copy.
  public SignalHandlers fork() {
    return new SignalHandlers(actions.clone());
  }

  public void release() {
    users--;
  }

  public int users() {
    return users;
  }

  /// What exec does: handlers go back to the default, ignored signals stay ignored. With
  /// CLONE_CLEAR_SIGHAND a child gets the same.
  public void resetHandlers() {
    for (int signal = 1; signal < actions.length; signal++) {
      actions[signal] =
          actions[signal].isIgnore()
              ? new SigAction(SigAction.SIG_IGN, 0, 0, 0)
              : SigAction.DEFAULT;
    }
  }
}
