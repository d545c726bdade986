package dev.forklift.engine.host;

/// What of the JDK's inner packages the launcher opens to this module. A class of its own, because
/// those that use them cannot even be loaded where it does not.
final class JdkInternals {
  /// The release that [StubCall] has been tried with. In others the same names may mean something
  /// else, which would not show before the JVM falls over.
  private static final int RELEASE = 25;

  private static final String[] FOR_STUBS = {
    "jdk.internal.access",
    "jdk.internal.foreign",
    "jdk.internal.foreign.abi",
    "jdk.internal.foreign.abi.x64",
    "jdk.internal.misc"
  };

  private JdkInternals() {}

  /// Says whether this host is the one that [StubCall] is made for, and the JVM lets it.
  static boolean allowStubs() {
    if (!System.getProperty("os.name").equals("Linux")
        || !System.getProperty("os.arch").equals("amd64")
        || Runtime.version().feature() != RELEASE) {
      return false;
    }
    for (String name : FOR_STUBS) {
      if (!isOpen(name)) {
        return false;
      }
    }
    return JdkInternals.class.getModule().isNativeAccessEnabled();
  }

  /// Says whether signals can be handled without `sun.misc`.
  static boolean allowSignals() {
    return isOpen("jdk.internal.misc");
  }

  private static boolean isOpen(String name) {
    return Object.class.getModule().isExported(name, JdkInternals.class.getModule());
  }
}
