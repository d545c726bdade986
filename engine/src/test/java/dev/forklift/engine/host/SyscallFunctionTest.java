package dev.forklift.engine.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SyscallFunctionTest {
  private static final int CLOSE = 3;
  private static final int MMAP = 9;
  private static final int MUNMAP = 11;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int GETPID = 39;
  private static final int PRCTL = 157;
  private static final int PR_GET_NO_NEW_PRIVS = 39;
  private static final int EBADF = 9;
  private static final int EINVAL = 22;

  /// Both ways, so that one cannot rot unseen.
  static Stream<SyscallFunction> ways() {
    assertThat(JdkInternals.allowStubs()).as("the tests' JVM opens what the stub needs").isTrue();
    return Stream.of(new StubCall(), new LinkerCall());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void resultsComeBack(SyscallFunction host) {
    assertThat(host.call(GETPID, 0, 0, 0, 0, 0, 0)).isEqualTo(ProcessHandle.current().pid());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void errorsAreNegative(SyscallFunction host) {
    assertThat(host.call(CLOSE, -1, 0, 0, 0, 0, 0)).isEqualTo(-EBADF);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void allArgumentsArrive(SyscallFunction host) {
    // This option of prctl takes nothing but zeros.
    assertThat(host.call(PRCTL, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0, 0)).isNotNegative();
    assertThat(host.call(PRCTL, PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)).isEqualTo(-EINVAL);
    assertThat(host.call(PRCTL, PR_GET_NO_NEW_PRIVS, 0, 1, 0, 0, 0)).isEqualTo(-EINVAL);
    assertThat(host.call(PRCTL, PR_GET_NO_NEW_PRIVS, 0, 0, 1, 0, 0)).isEqualTo(-EINVAL);
    assertThat(host.call(PRCTL, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 1, 0)).isEqualTo(-EINVAL);
    // An offset that is no page's.
    assertThat(host.call(MMAP, 0, 4096, 0, PRIVATE_ANONYMOUS, -1, 1)).isEqualTo(-EINVAL);
    long mapped = host.call(MMAP, 0, 4096, 0, PRIVATE_ANONYMOUS, -1, 0);
    assertThat(mapped).isPositive();
    assertThat(host.call(MUNMAP, mapped, 4096, 0, 0, 0, 0)).isZero();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void threadsKeepTheirErrorsApart(SyscallFunction host) throws InterruptedException {
    boolean[] wrong = new boolean[1];
    Thread other =
        new Thread(() -> {
          for (int i = 0; i < 20_000; i++) {
            wrong[0] |= host.call(CLOSE, -1, 0, 0, 0, 0, 0) != -EBADF;
          }
        });
    other.start();
    for (int i = 0; i < 20_000; i++) {
      assertThat(host.call(PRCTL, -1, 0, 0, 0, 0, 0)).isEqualTo(-EINVAL);
    }
    other.join();
    assertThat(wrong[0]).isFalse();
  }
}
