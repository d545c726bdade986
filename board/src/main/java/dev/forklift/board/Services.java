package dev.forklift.board;

import java.util.List;
import java.util.ServiceLoader;

/// Finds what is offered as a service.
public final class Services {
  private Services() {}

  /// One of each kind that `loader` finds.
  public static <T> List<T> of(Class<T> service, ClassLoader loader) {
    return find(service, loader).stream().map(ServiceLoader.Provider::get).toList();
  }

  /// Where nothing is on the class path, modules are all there is. Not to look there nevertheless
  /// saves a start 20 ms: the JDK would open every jar of every module.
  private static <T> ServiceLoader<T> find(Class<T> service, ClassLoader loader) {
    ModuleLayer layer = service.getModule().getLayer();
    return layer != null
            && loader == ClassLoader.getSystemClassLoader()
            && System.getProperty("java.class.path", "").isEmpty()
        ? ServiceLoader.load(layer, service)
        : ServiceLoader.load(service, loader);
  }
}
