package dev.forklift.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Several threads in one space, and in several spaces on one file.
@Timeout(120)
class SharedSpaceTest {
  private static final int PAGE = 4096;
  private static final long BASE = 0x0040_0000;
  private static final int RW = Protection.READ | Protection.WRITE;
  private static final int RX = Protection.READ | Protection.EXECUTE;
  private static final int PAGES = 4;

  private final FrameBudget budget = new FrameBudget(16 << 20);
  private final PagedAddressSpace space = newSpace();
  private final MemoryFile file = new MemoryFile(budget, 12, null, 4 * PAGE);
  private final List<Guest> guests = new ArrayList<>();

  @AfterEach
  void everythingIsGivenBack() {
    space.release();
    file.release();
    assertThat(budget.used()).isZero();
  }

  private PagedAddressSpace newSpace() {
    return PagedAddressSpace.create(budget, ByteOrder.LITTLE_ENDIAN, 12, 1L << 31, 2);
  }

  /// A task that runs guest code: calls `step` again and again, with a safe point after each, until
  /// it answers false or the test is over.
  private final class Guest {
    private final Sharer sharer;
    private final Thread thread;
    private volatile boolean interrupted;
    private volatile boolean over;
    private volatile @Nullable Throwable failure;

    Guest(AddressSpace in, BooleanSupplier step) {
      sharer = in.join(() -> interrupted = true);
      thread = Thread.ofPlatform().unstarted(() -> run(step));
      guests.add(this);
      thread.start();
    }

    private void run(BooleanSupplier step) {
      try {
        boolean more = true;
        while (more && !over) {
          interrupted = false;
          sharer.enter();
          try {
            do {
              more = step.getAsBoolean();
            } while (more && !interrupted && !over);
          } finally {
            sharer.leave();
          }
        }
      } catch (Throwable t) {
        failure = t;
      }
    }
  }

  private void end(boolean now) throws InterruptedException {
    for (Guest guest : guests) {
      guest.over |= now;
      guest.thread.join();
      guest.sharer.quit();
      assertThat(guest.failure).isNull();
    }
    guests.clear();
  }

  @Test
  void twoThreadsCountTogetherByCompareAndExchange() throws InterruptedException {
    space.map(BASE, PAGE, RW, null, 0, false, null);
    int each = 50_000;
    for (int i = 0; i < 2; i++) {
      int[] left = {each};
      new Guest(
          space,
          () -> {
            int seen = space.load32(BASE);
            if (space.compareExchange32(BASE, seen, seen + 1) == seen) {
              left[0]--;
            }
            long wide = space.load64(BASE + 8);
            while (space.compareExchange64(BASE + 8, wide, wide + 1) != wide) {
              wide = space.load64(BASE + 8);
            }
            return left[0] > 0;
          });
    }
    end(false);
    assertThat(space.load32(BASE)).isEqualTo(2 * each);
    assertThat(space.load64(BASE + 8)).isGreaterThanOrEqualTo(2L * each);
  }

  @Test
  void noStoreIsLostWhileAnotherThreadForks() throws InterruptedException {
    space.map(BASE, PAGES * PAGE, RW, null, 0, false, null);
    // Each guest has a word of its own on every page, counts in it, and finds what it stored last.
    for (int g = 0; g < 2; g++) {
      int[] count = new int[1];
      int mine = 8 * g;
      new Guest(
          space,
          () -> {
            int next = ++count[0];
            for (int p = 0; p < PAGES; p++) {
              long address = BASE + (long) p * PAGE + mine;
              int before = space.load32(address);
              if (before != next - 1) {
                throw new AssertionError("stored " + (next - 1) + ", found " + before);
              }
              space.store32(address, next);
            }
            return true;
          });
    }
    for (int round = 0; round < 400; round++) {
      AddressSpace child = space.fork();
      int[] first = new int[2 * PAGES];
      for (int i = 0; i < first.length; i++) {
        first[i] = child.load32(BASE + (long) (i / 2) * PAGE + 8L * (i % 2));
      }
      // A page copied for the child, one for the parent's kernel, and some left to the guests.
      child.store32(BASE + 64, round);
      space.write(BASE + PAGE + 64, new byte[] {(byte) round}, 0, 1);
      for (int i = 0; i < first.length; i++) {
        assertThat(child.load32(BASE + (long) (i / 2) * PAGE + 8L * (i % 2))).isEqualTo(first[i]);
      }
      child.release();
    }
    end(true);
  }

  @Test
  void aForkIsASnapshotAtOneMoment() throws InterruptedException {
    space.map(BASE, 2 * PAGE, RW, null, 0, false, null);
    // The first page's counter is never behind the second's by more than the one under way.
    new Guest(
        space,
        () -> {
          int next = space.load32(BASE) + 1;
          space.store32(BASE, next);
          space.store32(BASE + PAGE, next);
          return true;
        });
    for (int round = 0; round < 400; round++) {
      AddressSpace child = space.fork();
      // Stopped at a safe point: between two steps.
      assertThat(child.load32(BASE)).isEqualTo(child.load32(BASE + PAGE));
      child.release();
    }
    end(true);
  }

  @Test
  void noStoreComesLateToAFileThatWasUnmapped() throws InterruptedException, IOException {
    for (int round = 0; round < 200; round++) {
      int how = round % 4;
      space.map(BASE, PAGE, RW, file, 0, true, null);
      AtomicInteger steps = new AtomicInteger();
      Guest guest =
          new Guest(
              space,
              () -> {
                try {
                  space.store32(BASE, space.load32(BASE) + 1);
                  steps.incrementAndGet();
                  return true;
                } catch (GuestFault fault) {
                  return false;
                }
              });
      while (steps.get() < 10) {
        Thread.onSpinWait();
      }
      switch (how) {
        case 0 -> space.unmap(BASE, PAGE);
        case 1 -> space.protect(BASE, PAGE, Protection.READ);
        case 2 -> space.map(BASE, PAGE, Protection.READ, null, 0, false, null);
        default -> space.move(BASE, BASE + PAGE, PAGE);
      }
      byte[] first = new byte[4];
      byte[] second = new byte[4];
      assertThat(file.read(0, first, 0, 4)).isEqualTo(4);
      guest.thread.join();
      assertThat(file.read(0, second, 0, 4)).isEqualTo(4);
      assertThat(second).isEqualTo(first);
      end(false);
      space.unmap(BASE, 2 * PAGE);
    }
  }

  @Test
  void cuttingAFileOffStopsTheGuestsOfEverySpace() throws InterruptedException {
    PagedAddressSpace other = newSpace();
    space.map(BASE, 2 * PAGE, RW, file, 0, true, null);
    other.map(BASE, 2 * PAGE, RW, file, 0, true, null);
    for (AddressSpace in : List.of(space, other)) {
      new Guest(
          in,
          () -> {
            try {
              in.store32(BASE + PAGE, 1);
              in.store32(BASE + 4, 2);
            } catch (GuestFault fault) {
              if (fault.kind() != GuestFault.Kind.PAST_END_OF_FILE) {
                throw fault;
              }
            }
            return true;
          });
    }
    for (int round = 0; round < 500; round++) {
      file.setSize(PAGE + (round & 1));
      file.setSize(PAGE);
      file.setSize(2 * PAGE);
    }
    end(true);
    other.release();
  }

  @Test
  void noFlushMissesAStore() throws InterruptedException, IOException {
    space.map(BASE, 2 * PAGE, RW, file, 0, true, null);
    int[] count = new int[1];
    Guest guest =
        new Guest(
            space,
            () -> {
              count[0]++;
              space.store32(BASE + (count[0] & 1) * (long) PAGE, count[0]);
              return true;
            });
    byte[] disk = new byte[2 * PAGE];
    MemoryFile.Sink sink =
        (offset, bytes, length) -> System.arraycopy(bytes, 0, disk, (int) offset, length);
    for (int round = 0; round < 1000; round++) {
      file.flush(0, Long.MAX_VALUE, sink);
    }
    end(true);
    assertThat(guest.failure).isNull();
    file.flush(0, Long.MAX_VALUE, sink);
    byte[] now = new byte[2 * PAGE];
    assertThat(file.read(0, now, 0, now.length)).isEqualTo(now.length);
    assertThat(disk).isEqualTo(now);
  }

  /// A change to the space, or to the file that is mapped in it.
  interface Change {
    void make(PagedAddressSpace space, MemoryFile file) throws IOException;
  }

  private static void flush(MemoryFile file) throws IOException {
    file.flush(0, Long.MAX_VALUE, (offset, bytes, length) -> {});
  }

  static Stream<Arguments> changesThatTake() {
    return Stream.of(
        change("fork", (s, f) -> s.fork().release()),
        change("unmap", (s, f) -> s.unmap(BASE, PAGE)),
        change("map over", (s, f) -> s.map(BASE, PAGE, RW, null, 0, false, null)),
        change("protect", (s, f) -> s.protect(BASE, PAGE, Protection.READ)),
        change("move", (s, f) -> s.move(BASE, BASE + 8 * PAGE, PAGE)),
        change("discard", (s, f) -> s.discard(BASE, PAGE)),
        change("cut off", (s, f) -> f.setSize(0)),
        change("flush", (s, f) -> flush(f)),
        change("code of a private page", (s, f) -> s.codePage(BASE)),
        change("code of a shared page", (s, f) -> s.codePage(BASE + PAGE)));
  }

  static Stream<Arguments> changesThatOnlyGive() {
    return Stream.of(
        change("map", (s, f) -> s.map(BASE + 8 * PAGE, PAGE, RW, f, 0, true, null)),
        change("unmap nothing", (s, f) -> s.unmap(BASE + 8 * PAGE, PAGE)),
        change("protect", (s, f) -> s.protect(BASE, 3 * PAGE, RW | Protection.EXECUTE)),
        change("retag", (s, f) -> s.retag(BASE, PAGE, "tag")),
        change("write", (s, f) -> s.write(BASE, new byte[3 * PAGE], 0, 3 * PAGE)),
        change("read", (s, f) -> s.read(BASE, new byte[3 * PAGE], 0, 3 * PAGE)),
        change("grow", (s, f) -> f.setSize(8 * PAGE)),
        change("write to the file", (s, f) -> f.write(0, new byte[PAGE], 0, PAGE)),
        change("code that nobody can store to", (s, f) -> s.codePage(BASE + 2 * PAGE)));
  }

  private static Arguments change(String name, Change change) {
    return Arguments.of(name, change);
  }

  /// Makes the change while a guest runs that has stored everywhere, and answers whether the guest
  /// was asked to come out, and had done so before the change was done.
  private boolean waitsForGuests(Change change) throws InterruptedException, IOException {
    int rwx = RW | Protection.EXECUTE;
    space.map(BASE, PAGE, rwx, null, 0, false, null);
    space.map(BASE + PAGE, PAGE, rwx, file, 0, true, null);
    space.map(BASE + 2 * PAGE, PAGE, rwx, null, 0, false, null);
    AtomicBoolean asked = new AtomicBoolean();
    AtomicBoolean left = new AtomicBoolean();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Sharer sharer = space.join(() -> asked.set(true));
    Thread guest =
        Thread.ofPlatform()
            .start(() -> {
              sharer.enter();
              space.store32(BASE, 1);
              space.store32(BASE + PAGE, 1);
              inside.countDown();
              while (!asked.get() && done.getCount() > 0) {
                Thread.onSpinWait();
              }
              left.set(asked.get());
              sharer.leave();
            });
    inside.await();
    change.make(space, file);
    boolean waited = left.get();
    done.countDown();
    guest.join();
    sharer.quit();
    return waited;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changesThatTake")
  void aChangeThatTakesSomethingAwayWaitsForGuests(String name, Change change)
      throws InterruptedException, IOException {
    assertThat(waitsForGuests(change)).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changesThatOnlyGive")
  void aChangeThatOnlyGivesDoesNot(String name, Change change)
      throws InterruptedException, IOException {
    assertThat(waitsForGuests(change)).isFalse();
  }

  private record Lifted(long start, long end, int word) implements CodePage.Translation {}

  @Test
  void noTranslationOutlivesTheCodeItWasMadeFrom() throws InterruptedException {
    PagedAddressSpace writer = newSpace();
    space.map(BASE, PAGE, RX, file, 0, false, null);
    writer.map(BASE, PAGE, RW, file, 0, true, null);
    AtomicInteger installed = new AtomicInteger();
    for (int round = 0; round < 200; round++) {
      int[] left = {500};
      new Guest(
          writer,
          () -> {
            // Now and then at another place, so that pages become fast again and slow again.
            writer.store32(BASE + 128, left[0]);
            if (left[0] % 8 == 0) {
              writer.store32(BASE, left[0]);
            }
            return --left[0] > 0;
          });
      for (int lifter = 0; lifter < 2; lifter++) {
        int[] more = {200};
        new Guest(
            space,
            () -> {
              CodePage page = space.codePage(BASE);
              if (page.at(BASE) == null) {
                int stamp = page.stamp();
                Lifted lifted = new Lifted(BASE, BASE + 4, page.fetch32(BASE));
                if (page.install(lifted, stamp)) {
                  installed.incrementAndGet();
                }
              }
              return --more[0] > 0;
            });
      }
      end(false);
      if (space.codePage(BASE).at(BASE) instanceof Lifted lifted) {
        assertThat(lifted.word()).isEqualTo(space.load32(BASE));
      }
    }
    assertThat(installed).hasPositiveValue();
    writer.release();
  }

  @Test
  void threadsThatChangeTheMapLiftAndStoreNeverWaitForEachOtherForever()
      throws InterruptedException {
    int rwx = RW | Protection.EXECUTE;
    space.map(BASE, PAGES * PAGE, rwx, null, 0, false, null);
    for (int g = 0; g < 2; g++) {
      int[] n = new int[1];
      new Guest(
          space,
          () -> {
            long address = BASE + (long) (n[0]++ % PAGES) * PAGE;
            try {
              CodePage page = space.codePage(address);
              var _ = page.install(new Lifted(address, address + 4, 0), page.stamp());
              space.store32(address, n[0]);
              space.store32(address + PAGE - 2, n[0]);
            } catch (GuestFault fault) {
              // Just unmapped.
            }
            return true;
          });
    }
    Thread mapper =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < 500; i++) {
                space.unmap(BASE + PAGE, PAGE);
                space.map(BASE + PAGE, PAGE, rwx, null, 0, false, null);
                space.discard(BASE, PAGE);
              }
            });
    for (int i = 0; i < 500; i++) {
      AddressSpace child = space.fork();
      child.release();
      space.protect(BASE + 2 * PAGE, PAGE, Protection.READ);
      space.protect(BASE + 2 * PAGE, PAGE, rwx);
    }
    mapper.join();
    end(true);
  }
}
