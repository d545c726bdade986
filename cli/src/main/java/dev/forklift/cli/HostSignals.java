package dev.forklift.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/// Signals that the host sends to Forklift. Handled through `sun.misc.Signal`, which javac lets
/// nobody name without a warning; where it is missing, signals do what they do to any JVM.
final class HostSignals {
  private HostSignals() {}

  /// Does `action` from now on when a signal arrives.
  ///
  /// @param name without SIG
  static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              HostSignals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> called(self, method, arguments, action));
      var _ =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (InvocationTargetException e) {
      // The JVM has no such signal, or keeps it for itself (-Xrs).
    } catch (ReflectiveOperationException e) {
      // No signals here.
    }
  }

  private static Object called(Object self, Method method, Object[] arguments, Runnable action) {
    return switch (method.getName()) {
      case "handle" -> {
        action.run();
        yield "";
      }
      case "equals" -> self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      default -> "forklift";
    };
  }
}
