package dev.forklift.engine.host;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import jdk.internal.misc.Signal;

/// Signals that the host sends to the JVM.
public final class HostSignals {
  private HostSignals() {}

  /// Does `action` from now on when a signal arrives. Where the JVM has no such signal or keeps it
  /// for itself, nothing happens.
  ///
  /// @param name without SIG
  public static void handle(String name, Runnable action) {
    if (JdkInternals.allowSignals()) {
      Direct.handle(name, action);
    } else {
      handleThroughPublicClass(name, action);
    }
  }

  /// Loaded only where the launcher opens the package.
  private static final class Direct {
    static void handle(String name, Runnable action) {
      try {
        var _ = Signal.handle(new Signal(name), signal -> action.run());
      } catch (IllegalArgumentException e) {
        // No such signal, or the JVM's own.
      }
    }
  }

  /// Through `sun.misc.Signal`, which javac lets nobody name without a warning; where it is missing
  /// too, signals do what they do to any JVM.
  private static void handleThroughPublicClass(String name, Runnable action) {
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
    } catch (ReflectiveOperationException e) {
      // No such signal, the JVM's own (-Xrs), or no signals here at all.
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
