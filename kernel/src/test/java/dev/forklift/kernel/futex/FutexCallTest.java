package dev.forklift.kernel.futex;

import static dev.forklift.kernel.futex.FakeKernel.PAGE;
import static dev.forklift.kernel.futex.FakeKernel.result;
import static dev.forklift.kernel.futex.FutexCall.FUTEX_CLOCK_REALTIME;
import static dev.forklift.kernel.futex.FutexCall.FUTEX_PRIVATE_FLAG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Timespec;
import dev.forklift.kernel.futex.FakeKernel.Task;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FutexCallTest {
  private static final long UNMAPPED = 0x0050_0000;
  private static final long ONE = PAGE;
  private static final long TWO = PAGE + 64;

  private final FakeKernel kernel = new FakeKernel();
  private final Task caller = kernel.task(1);

  private Object call(
      long address,
      int operation,
      int value,
      @Nullable Timespec timeout,
      long address2,
      int value2,
      int value3) {
    return kernel.locked(() ->
        new FutexCall(address, operation, value, timeout, address2, value2, value3)
            .perform(kernel.futexes, caller));
  }

  private static Timespec time(long seconds, long nanos) {
    return new Timespec(seconds, nanos);
  }

  @ParameterizedTest
  @CsvSource({"2", "14", "512", "0x40000000", "256", "257", "262"})
  void answersEnosysToWhatIsNoOperation(String operation) {
    assertThat(call(ONE, Integer.decode(operation), 0, null, TWO, 0, 0)).isEqualTo(Errno.ENOSYS);
    assertThat(call(ONE + 1, Integer.decode(operation), 0, null, TWO, 0, 0))
        .isEqualTo(Errno.ENOSYS);
  }

  @Test
  void looksAtTheTimeoutFirst() {
    Timespec tooMany = time(0, 1_000_000_000);
    assertThat(call(ONE, 0, 1, tooMany, 0, 0, 0)).isEqualTo(Errno.EINVAL);
    assertThat(call(ONE, 0, 1, time(-1, 0), 0, 0, 0)).isEqualTo(Errno.EINVAL);
    assertThat(call(ONE, 256, 1, tooMany, 0, 0, 0)).isEqualTo(Errno.EINVAL);
    assertThat(call(ONE, 6, 0, tooMany, 0, 0, 0)).isEqualTo(Errno.EINVAL);
    assertThat(FutexCall.hasTimeout(14)).isFalse();
    assertThat(FutexCall.hasTimeout(11 | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)).isTrue();
  }

  @Test
  void refusesAnEmptyBitSet() {
    assertThat(call(ONE, 9, 0, null, 0, 0, 0)).isEqualTo(Errno.EINVAL);
    assertThat(call(ONE, 10, 0, null, 0, 0, 0)).isEqualTo(Errno.EINVAL);
  }

  @Test
  void takesTheTimeoutOfAPlainWaitAsRelative() {
    kernel.manualClock.advance(5_000_000_000L);
    CompletableFuture<Object> waiter =
        caller.startSleeping(
            1, t -> () -> new FutexCall(ONE, 0, 0, time(1, 0), 0, 0, 0).perform(kernel.futexes, t));
    kernel.manualClock.advance(1_000_000_000L);
    assertThat(result(waiter)).isEqualTo(Errno.ETIMEDOUT);
  }

  @Test
  void takesOtherTimeoutsAsAbsoluteOfTheClockThatIsSaid() {
    kernel.manualClock.advance(5_000_000_000L);
    assertThat(call(ONE, 9, 0, time(5, 0), 0, 0, 1)).isEqualTo(Errno.ETIMEDOUT);
    assertThat(call(ONE, 9 | FUTEX_CLOCK_REALTIME, 0, time(1_600_000_000, 0), 0, 0, 1))
        .isEqualTo(Errno.ETIMEDOUT);
    kernel.space.store32(ONE, 77);
    kernel.task(77);
    assertThat(call(ONE, 6, 0, time(1_600_000_000, 0), 0, 0, 0)).isEqualTo(Errno.ETIMEDOUT);
    assertThat(call(ONE, 13, 0, time(5, 0), 0, 0, 0)).isEqualTo(Errno.ETIMEDOUT);
    assertThat(call(TWO, 11, 0, time(5, 0), ONE, 0, 0)).isEqualTo(Errno.ETIMEDOUT);
  }

  /// What Linux 6.12 answers on Nios II, asked of the real kernel.
  @ParameterizedTest
  @CsvSource({
    // operation, first, second, value, value2, value3, result
    "1, PAGE, 0, -1, 0, 0, 0",
    "1, UNMAPPED, 0, 1, 0, 0, EFAULT",
    "129, UNMAPPED, 0, 1, 0, 0, 0",
    "128, UNMAPPED, 0, 1, 0, 0, EFAULT",
    "0, PAGE, 0, 1, 0, 0, EAGAIN",
    "3, PAGE, SECOND, -1, 0, 0, EINVAL",
    "3, PAGE, SECOND, 0, -1, 0, EINVAL",
    "4, PAGE, SECOND, 0, 0, 1, EAGAIN",
    "4, PAGE, SECOND, 0, 0, 0, 0",
    "4, PAGE, UNMAPPED, 0, 0, 0, EFAULT",
    "132, PAGE, UNMAPPED, 0, 0, 0, 0",
    "132, UNMAPPED, PAGE, 0, 0, 0, EFAULT",
    "131, UNMAPPED, PAGE, 0, 0, 0, 0",
    "131, PAGE, MISALIGNED, 0, 0, 0, EINVAL",
    "133, PAGE, UNMAPPED, 1, 1, 0, EFAULT",
    "134, MISALIGNED, 0, 0, 0, 0, EINVAL",
    "135, MISALIGNED, 0, 0, 0, 0, EFAULT",
    "135, UNMAPPED, 0, 0, 0, 0, EFAULT",
    "134, UNMAPPED, 0, 0, 0, 0, EFAULT",
    "135, PAGE, 0, 0, 0, 0, EPERM",
    "139, PAGE, PAGE, 0, 0, 0, EINVAL",
    "139, PAGE, SECOND, 1, 0, 0, EAGAIN",
    "140, PAGE, PAGE, 1, 1, 0, EINVAL",
    "140, PAGE, SECOND, 2, 1, 0, EINVAL",
    "140, PAGE, SECOND, 0, 1, 0, EINVAL",
    "140, PAGE, SECOND, 1, 1, 0, 0",
    "140, PAGE, SECOND, 1, 1, 1, EAGAIN",
  })
  void answersAsLinuxDoes(
      int operation,
      String first,
      String second,
      int value,
      int value2,
      int value3,
      String expected) {
    Object answer = call(address(first), operation, value, null, address(second), value2, value3);
    assertThat(answer instanceof Errno e ? e.symbol() : answer.toString()).isEqualTo(expected);
  }

  private static long address(String name) {
    return switch (name) {
      case "PAGE" -> ONE;
      case "SECOND" -> TWO;
      case "UNMAPPED" -> UNMAPPED;
      case "MISALIGNED" -> PAGE + 1;
      default -> 0;
    };
  }

  @Test
  void namesFutexesOfTheNewCallsByFlags() throws Errno {
    assertThat(Futex2.futex(PAGE, 2)).isEqualTo(new Futex(PAGE, true));
    assertThat(Futex2.futex(PAGE, 2 | 128)).isEqualTo(new Futex(PAGE, false));
    for (int flags : new int[] {0, 1, 3, 2 | 4, 2 | 256}) {
      assertThat(kernel.locked(() -> Futex2.futex(PAGE, flags).address())).isEqualTo(Errno.EINVAL);
    }
    assertThat(Futex2.value(0xffff_ffffL)).isEqualTo(-1);
    assertThat(kernel.locked(() -> Futex2.value(1L << 32))).isEqualTo(Errno.EINVAL);
  }
}
