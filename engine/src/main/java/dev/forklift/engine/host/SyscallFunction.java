package dev.forklift.engine.host;

/// The function `syscall` of the host's C library, through which any system call can be made.
public interface SyscallFunction {
  /// Makes a call.
  ///
  /// @return its result, or the negative number of the error
  long call(long number, long a, long b, long c, long d, long e, long f);

  /// Links it the fastest way that there is.
  ///
  /// The slow way alone is taken where the system property `dev.forklift.host.public` is true.
  ///
  /// @throws java.util.NoSuchElementException if the C library has no such function
  static SyscallFunction link() {
    if (JdkInternals.allowStubs() && !Boolean.getBoolean("dev.forklift.host.public")) {
      try {
        return new StubCall();
      } catch (LinkageError _) {
        // Another release of the JDK, which is different inside.
      }
    }
    return new LinkerCall();
  }
}
