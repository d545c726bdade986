package dev.forklift.kernel.futex;

import static dev.forklift.kernel.futex.FakeKernel.PAGE;
import static dev.forklift.kernel.futex.FakeKernel.result;
import static dev.forklift.kernel.futex.Futex.OWNER_DIED;
import static dev.forklift.kernel.futex.Futex.WAITERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.futex.FakeKernel.Task;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RobustListTest {
  private static final int TID = 21;
  private static final long HEAD = PAGE;
  private static final long PENDING = PAGE + 8;

  /// From an entry to its lock's word.
  private static final int OFFSET = -12;

  private final FakeKernel kernel = new FakeKernel();
  private final Task dying = kernel.task(TID);

  @BeforeEach
  void anEmptyList() {
    kernel.space.store32(HEAD, (int) HEAD);
    kernel.space.store32(HEAD + 4, OFFSET);
    kernel.space.store32(PENDING, 0);
  }

  private static long entry(int index) {
    return PAGE + 0x100 + index * 0x20L;
  }

  private static long lock(int index) {
    return entry(index) + OFFSET;
  }

  /// Builds a list of locks with these words.
  private void list(int... words) {
    long at = HEAD;
    for (int i = 0; i < words.length; i++) {
      kernel.space.store32(at, (int) entry(i));
      kernel.space.store32(lock(i), words[i]);
      at = entry(i);
    }
    kernel.space.store32(at, (int) HEAD);
  }

  private void exit() {
    exit(HEAD);
  }

  private void exit(long head) {
    kernel.locked(() -> {
      kernel.futexes.exit(dying, head);
      return 0;
    });
  }

  private CompletableFuture<Object> waiter(int sleepers, long address, int value) {
    return kernel
        .task(50 + sleepers)
        .startSleeping(
            sleepers,
            t ->
                () -> {
                  kernel.futexes.wait(t, new Futex(address, true), value, -1, null);
                  return 0;
                });
  }

  @Test
  void marksTheLocksThatTheThreadHasAndNoOthers() {
    list(TID, TID + 1, 0, TID | WAITERS);
    exit();
    assertThat(kernel.word(lock(0))).isEqualTo(OWNER_DIED);
    assertThat(kernel.word(lock(1))).isEqualTo(TID + 1);
    assertThat(kernel.word(lock(2))).isZero();
    assertThat(kernel.word(lock(3))).isEqualTo(OWNER_DIED | WAITERS);
  }

  @Test
  void wakesOneWaiterOfEachMarkedLock() {
    list(TID | WAITERS);
    CompletableFuture<Object> first = waiter(1, lock(0), TID | WAITERS);
    CompletableFuture<Object> second = waiter(2, lock(0), TID | WAITERS);
    exit();
    assertThat(result(first)).isEqualTo(0L);
    kernel.manualClock.awaitSleepers(1);
    assertThat(second).isNotDone();
  }

  @Test
  void marksTheLockThatWasJustBeingTaken() {
    kernel.space.store32(PENDING, (int) entry(0));
    kernel.space.store32(lock(0), TID);
    exit();
    assertThat(kernel.word(lock(0))).isEqualTo(OWNER_DIED);
  }

  @Test
  void wakesForTheLockThatWasJustBeingFreed() {
    kernel.space.store32(PENDING, (int) entry(0));
    CompletableFuture<Object> waiter = waiter(1, lock(0), 0);
    exit();
    assertThat(result(waiter)).isEqualTo(0L);
    assertThat(kernel.word(lock(0))).isZero();
  }

  @Test
  void leavesWakingForLocksWithAnOwnerInTheirWordToThose() {
    kernel.space.store32(HEAD, (int) entry(0) | 1);
    kernel.space.store32(entry(0), (int) HEAD);
    kernel.space.store32(lock(0), TID);
    Task heir = kernel.task(30);
    CompletableFuture<Object> waiter =
        heir.startSleeping(
            1,
            t ->
                () -> {
                  kernel.futexes.pi().lock(t, new Futex(lock(0), false), null);
                  return 0;
                });
    exit();
    assertThat(result(waiter)).isEqualTo(0L);
    assertThat(kernel.word(lock(0))).isEqualTo(OWNER_DIED | WAITERS | 30);
  }

  @Test
  void givesUpOnACircle() {
    list(TID, TID);
    kernel.space.store32(entry(1), (int) entry(0));
    kernel.space.store32(PENDING, (int) entry(5));
    kernel.space.store32(lock(5), TID);
    exit();
    assertThat(kernel.word(lock(0))).isEqualTo(OWNER_DIED);
    assertThat(kernel.word(lock(5))).isEqualTo(OWNER_DIED);
  }

  @Test
  void looksAtNoMoreThanItsLimit() {
    int length = RobustList.LIMIT + 1;
    kernel.space.map(0x0060_0000, 0x10_0000, FakeKernel.READ_WRITE, null, 0, false, null);
    long at = HEAD;
    for (int i = 0; i < length; i++) {
      long entry = 0x0060_0010 + i * 0x20L;
      kernel.space.store32(at, (int) entry);
      kernel.space.store32(entry + OFFSET, TID);
      at = entry;
    }
    kernel.space.store32(at, (int) HEAD);
    exit();
    long last = 0x0060_0010 + (length - 1) * 0x20L + OFFSET;
    assertThat(kernel.word(last - 0x20)).isEqualTo(OWNER_DIED);
    assertThat(kernel.word(last)).isEqualTo(TID);
  }

  @Test
  void endsAtWhatCannotBeRead() {
    exit(16);
    exit(PAGE + 4096 - 4);
    list(TID, TID, TID);
    kernel.space.store32(entry(1), 16);
    exit();
    assertThat(kernel.word(lock(1))).isEqualTo(OWNER_DIED);
    assertThat(kernel.word(lock(2))).isEqualTo(TID);
  }

  @Test
  void endsAtAMisalignedLock() {
    list(TID, TID);
    kernel.space.store32(HEAD, (int) entry(0) + 2);
    kernel.space.store32(entry(0) + 2, (int) entry(1));
    exit();
    assertThat(kernel.word(lock(1))).isEqualTo(TID);
  }
}
