package dev.forklift.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SharersTest {
  private final Sharers sharers = new Sharers();

  @Test
  void whoIsNotRunningIsNotInterrupted() {
    AtomicInteger interrupts = new AtomicInteger();
    Sharer sharer = sharers.add(interrupts::incrementAndGet);
    sharers.stop();
    sharers.resume();
    sharer.enter();
    sharer.leave();
    sharers.stop();
    sharers.resume();
    assertThat(interrupts).hasValue(0);
  }

  @Test
  void aStopWaitsUntilEverybodyLeftAndKeepsThemOutUntilItIsOver() throws InterruptedException {
    AtomicBoolean asked = new AtomicBoolean();
    AtomicBoolean over = new AtomicBoolean();
    AtomicBoolean cameInEarly = new AtomicBoolean();
    CountDownLatch inside = new CountDownLatch(1);
    Sharer sharer = sharers.add(() -> asked.set(true));
    Thread guest =
        Thread.ofPlatform()
            .start(() -> {
              sharer.enter();
              inside.countDown();
              while (!asked.get()) {
                Thread.onSpinWait();
              }
              sharer.leave();
              sharer.enter();
              cameInEarly.set(!over.get());
              sharer.leave();
            });
    inside.await();
    sharers.stop();
    assertThat(asked).isTrue();
    assertThat(sharer.isRunning()).isFalse();
    Thread.sleep(20);
    over.set(true);
    sharers.resume();
    guest.join();
    assertThat(cameInEarly).isFalse();
  }

  @Test
  void anInterruptThatWasTakenNoteOfTooEarlyIsRepeated() throws InterruptedException {
    AtomicInteger interrupts = new AtomicInteger();
    CountDownLatch inside = new CountDownLatch(1);
    Sharer sharer = sharers.add(interrupts::incrementAndGet);
    Thread guest =
        Thread.ofPlatform()
            .start(() -> {
              sharer.enter();
              inside.countDown();
              // As if the first thousand had been cleared by a task just about to run.
              while (interrupts.get() < 1000) {
                Thread.onSpinWait();
              }
              sharer.leave();
            });
    inside.await();
    sharers.stop();
    sharers.resume();
    guest.join();
    assertThat(interrupts.get()).isGreaterThanOrEqualTo(1000);
  }

  @Test
  void anInterruptedThreadStopsAllTheSameAndStaysInterrupted() throws InterruptedException {
    AtomicBoolean asked = new AtomicBoolean();
    CountDownLatch inside = new CountDownLatch(1);
    Sharer sharer = sharers.add(() -> asked.set(true));
    Thread guest =
        Thread.ofPlatform()
            .start(() -> {
              sharer.enter();
              inside.countDown();
              try {
                Thread.sleep(30);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              sharer.leave();
            });
    inside.await();
    Thread.currentThread().interrupt();
    sharers.stop();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(sharer.isRunning()).isFalse();
    sharers.resume();
    guest.join();
  }

  @Test
  void guestCodeCannotStopItself() {
    Sharer sharer = sharers.add(() -> {});
    sharer.enter();
    assertThatIllegalStateException().isThrownBy(sharers::stop);
    assertThatIllegalStateException().isThrownBy(sharer::enter);
    sharer.quit();
    sharers.stop();
    sharers.resume();
  }

  @Test
  void severalAreCountedUntilTheyQuit() {
    Sharer first = sharers.add(() -> {});
    assertThat(sharers.areSeveral()).isFalse();
    Sharer second = sharers.add(() -> {});
    assertThat(sharers.areSeveral()).isTrue();
    first.quit();
    assertThat(sharers.areSeveral()).isFalse();
    second.quit();
  }
}
