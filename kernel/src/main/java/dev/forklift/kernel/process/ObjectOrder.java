package dev.forklift.kernel.process;

import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/// An order of objects that says nothing about them but which is which (kcmp(2)): that in which
/// they were first asked about, so it is the same in each run.
public final class ObjectOrder {
  private final Map<Object, Integer> numbers = new WeakHashMap<>();
  private int next;

  /// 0 if both are the same, 1 if `one` comes before `other`, 2 if it comes after.
  ///
  /// Both are objects without an equality of their own; null comes first.
  public int compare(@Nullable Object one, @Nullable Object other) {
    if (one == other) {
      return 0;
    }
    return number(one) < number(other) ? 1 : 2;
  }

  private int number(@Nullable Object object) {
    return object == null ? -1 : numbers.computeIfAbsent(object, _ -> next++);
  }
}
