package dev.forklift.arch.nios2;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A value that a thread of its own makes, beginning at once. Who wants it before it is there
/// waits, or makes it himself if the thread has not got to it.
final class ReadAhead<T> implements Supplier<T> {
  private final Supplier<T> making;
  private volatile @Nullable T made;

  private ReadAhead(Supplier<T> making) {
    this.making = making;
  }

  static <T> ReadAhead<T> of(Supplier<T> making) {
    ReadAhead<T> ahead = new ReadAhead<>(making);
    Thread.ofPlatform().daemon().name("forklift-read-ahead").start(ahead::get);
    return ahead;
  }

  @Override
  public T get() {
    T value = made;
    return value == null ? make() : value;
  }

  private synchronized T make() {
    T value = made;
    if (value == null) {
      value = making.get();
      made = value;
    }
    return value;
  }
}
