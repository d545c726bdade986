import org.jspecify.annotations.NullMarked;

/// Guest programs and boards inside JUnit tests.
@NullMarked
module dev.forklift.junit {
  requires transitive dev.forklift.arch;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports dev.forklift.junit;

  opens dev.forklift.junit to
      org.junit.platform.commons;

  uses dev.forklift.kernel.arch.LinuxAbi;
}
