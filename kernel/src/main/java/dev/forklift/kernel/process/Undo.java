package dev.forklift.kernel.process;

import java.util.ArrayDeque;
import java.util.Deque;

/// What has to be undone, last thing first, if something on the way fails.
final class Undo implements AutoCloseable {
  private final Deque<Runnable> steps = new ArrayDeque<>();

  void onFailure(Runnable step) {
    steps.push(step);
  }

  /// All went well: nothing is undone.
  void keep() {
    steps.clear();
  }

  @Override
  public void close() {
    while (!steps.isEmpty()) {
      steps.pop().run();
    }
  }
}
