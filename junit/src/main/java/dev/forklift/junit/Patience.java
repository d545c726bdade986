package dev.forklift.junit;

import java.util.concurrent.TimeUnit;

/// For how long something may take.
final class Patience implements AutoCloseable {
  private final Thread thread;
  private volatile boolean isOver;

  Patience(int seconds, Runnable late) {
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("patience")
            .start(() -> {
              try {
                TimeUnit.SECONDS.sleep(seconds);
                isOver = true;
                late.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /// Whether the time is over.
  boolean isOver() {
    return isOver;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
