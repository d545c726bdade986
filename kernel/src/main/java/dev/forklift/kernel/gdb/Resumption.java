package dev.forklift.kernel.gdb;

import dev.forklift.engine.gdb.Hex;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a debugger wants its threads to do next: the actions of a vCont packet. For each thread the
/// first that fits counts; a thread that none fits stays where it is.
final class Resumption {
  /// One action.
  ///
  /// @param signal GDB's number of the signal to deliver, or 0
  /// @param thread a thread id, or -1 for all
  record Action(boolean step, int signal, int thread) {
    boolean fits(int tid) {
      return thread == -1 || thread == tid;
    }
  }

  private final List<Action> actions = new ArrayList<>();

  /// Takes a vCont packet apart, from its first `;` on. Threads that are to stop have stopped
  /// already.
  static Resumption parse(String text) throws Hex.Wrong {
    Resumption result = new Resumption();
    for (String part : text.split(";", -1)) {
      if (!part.isEmpty()) {
        int colon = part.indexOf(':');
        String what = colon < 0 ? part : part.substring(0, colon);
        result.add(what, colon < 0 ? -1 : thread(part.substring(colon + 1)));
      }
    }
    return result;
  }

  /// The same for all threads that are not named otherwise.
  static Resumption all(boolean step, int signal, int current) {
    Resumption result = new Resumption();
    result.actions.add(new Action(step, signal, current));
    result.actions.add(new Action(false, 0, -1));
    return result;
  }

  /// A thread id: a number, -1 for all, 0 for any.
  static int thread(String text) throws Hex.Wrong {
    return text.equals("-1") ? -1 : Hex.count(text);
  }

  private void add(String what, int thread) throws Hex.Wrong {
    String rest = what.substring(1);
    switch (what.charAt(0)) {
      case 'c' -> actions.add(new Action(false, 0, thread));
      case 'C' -> actions.add(new Action(false, Hex.count(rest), thread));
      case 's' -> actions.add(new Action(true, 0, thread));
      case 'S' -> actions.add(new Action(true, Hex.count(rest), thread));
      case 't' -> {}
      default -> throw new Hex.Wrong();
    }
  }

  /// What a thread is to do, or null if it is to stay.
  @Nullable Action of(int tid) {
    for (Action action : actions) {
      if (action.fits(tid)) {
        return action;
      }
    }
    return null;
  }
}
