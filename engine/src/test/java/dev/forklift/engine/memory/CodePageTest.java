package dev.forklift.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CodePageTest {
  private static final int PAGE = 4096;
  private static final long BASE = 0x0040_0000;
  private static final long OTHER = 0x2000_0000;
  private static final int RW = Protection.READ | Protection.WRITE;
  private static final int RX = Protection.READ | Protection.EXECUTE;
  private static final int RWX = RW | Protection.EXECUTE;

  private final FrameBudget budget = new FrameBudget(16 << 20);
  private final PagedAddressSpace space =
      PagedAddressSpace.create(budget, ByteOrder.LITTLE_ENDIAN, 12, 1L << 31, 2);
  private final MemoryFile file = new MemoryFile(budget, 12, null, 4 * PAGE);

  @AfterEach
  void everythingIsGivenBack() {
    space.release();
    file.release();
    assertThat(budget.used()).isZero();
    assertThat(budget.codeCache().used()).isZero();
  }

  private record Lifted(long start, long end) implements CodePage.Translation {}

  /// Installs what covers `length` bytes at `pc`, as an engine would.
  private static Lifted lift(AddressSpace in, long pc, int length) {
    CodePage page = in.codePage(pc);
    Lifted lifted = new Lifted(pc, pc + length);
    assertThat(page.install(lifted, page.stamp())).isTrue();
    assertThat(page.at(pc)).isSameAs(lifted);
    return lifted;
  }

  private static CodePage.@Nullable Translation at(AddressSpace in, long pc) {
    return in.codePage(pc).at(pc);
  }

  @Test
  void codeIsFetchedWithoutPermissionToRead() {
    space.map(BASE, PAGE, Protection.EXECUTE, null, 0, false, null);
    space.poke(BASE + 8, new byte[] {'a', 'b', 'c', 'd'}, 0, 4);
    CodePage page = space.codePage(BASE + 8);
    assertThat(page.address()).isEqualTo(BASE);
    assertThat(page.end()).isEqualTo(BASE + PAGE);
    assertThat(page.fetch32(BASE + 8)).isEqualTo(0x6463_6261);
    assertThat(page.fetch16(BASE + 10)).isEqualTo(0x6463);
    assertThat(page.fetch8(BASE + 9)).isEqualTo('b');
  }

  @Test
  void codeIsFetchedInTheGuestsOrder() {
    AddressSpace big = PagedAddressSpace.create(budget, ByteOrder.BIG_ENDIAN, 13, 1L << 40, 1);
    big.map(1L << 39, 8192, RWX, null, 0, false, null);
    big.store32((1L << 39) + 4, 0x8182_8384);
    CodePage page = big.codePage((1L << 39) + 4);
    assertThat(page.fetch32((1L << 39) + 4)).isEqualTo(0x8182_8384);
    assertThat(page.fetch16((1L << 39) + 4)).isEqualTo(0x8182);
    assertThat(page.fetch8((1L << 39) + 7)).isEqualTo(0x84);
    big.release();
  }

  @Test
  void targetsOfJumpsCountAsWhatIsTranslatedDoes() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    CodePage page = space.codePage(BASE);
    assertThat(page.jumpTargets(BASE + 8).add(BASE)).as("kept where nothing is").isFalse();
    lift(space, BASE, 8);
    final long before = budget.codeCache().used();
    JumpTargets jump = page.jumpTargets(BASE + 8);
    assertThat(jump.add(BASE + 12)).isTrue();
    assertThat(jump.add(BASE + 12)).isTrue();
    assertThat(jump.add(BASE + PAGE)).as("on another page").isFalse();
    assertThat(page.jumpTargets(BASE + 8)).isSameAs(jump);
    assertThat(jump.all()).containsExactly(BASE + 12);
    assertThat(budget.codeCache().used() - before).isEqualTo(JumpTargets.BYTES + Long.BYTES);
    space.store8(BASE, 1);
    assertThat(jump.add(BASE + 16)).as("kept by a page that forgot it").isFalse();
    assertThat(page.jumpTargets(BASE + 8).count()).isZero();
  }

  @Test
  void pagesFullOfJumpsAreEmptiedWhenThereIsNoRoom() {
    space.map(BASE, 8 * PAGE, RWX, null, 0, false, null);
    for (long start = BASE; start < BASE + 8 * PAGE; start += PAGE) {
      lift(space, start, 4);
      CodePage page = space.codePage(start);
      for (long at = start; at < page.end(); at += 4) {
        for (long target = start; target < start + 4L * JumpTargets.MOST; target += 4) {
          page.jumpTargets(at).add(target);
        }
      }
      assertThat(budget.codeCache().used()).isLessThanOrEqualTo(budget.codeCache().limit());
    }
    assertThat(at(space, BASE)).as("what was translated").isNull();
  }

  @Test
  void aStoreDropsTheTranslationsThatCoverItsWord() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    Lifted first = lift(space, BASE, 16);
    lift(space, BASE + 8, 8);
    Lifted second = lift(space, BASE + 16, 8);
    lift(space, BASE + 20, 12);
    space.store8(BASE + 24, 1);
    assertThat(at(space, BASE)).isSameAs(first);
    assertThat(at(space, BASE + 16)).isSameAs(second);
    assertThat(at(space, BASE + 20)).isNull();
    assertThat(budget.codeDrops().blocks(DropReason.STORED_TO)).isOne();
    space.store16(BASE + 11, 1);
    assertThat(at(space, BASE)).isNull();
    assertThat(at(space, BASE + 8)).isNull();
    assertThat(at(space, BASE + 16)).isSameAs(second);
    assertThat(space.compareExchange32(BASE + 16, 0, 1)).isZero();
    assertThat(at(space, BASE + 16)).isNull();
    assertThat(budget.codeDrops().blocks(DropReason.STORED_TO)).isEqualTo(4);
    assertThat(budget.codeDrops().pages(DropReason.STORED_TO)).isEqualTo(3);
    lift(space, BASE, 16);
    space.unmap(BASE, PAGE);
    assertThat(budget.codeDrops().blocks(DropReason.PAGE_FREED)).isOne();
    assertThat(budget.codeDrops().regions(DropReason.PAGE_FREED)).isZero();
  }

  @Test
  void codeReadWhileStoresWereNotSeenIsNotKept() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    CodePage page = space.codePage(BASE);
    for (int i = 0; i < 40; i++) {
      space.store32(BASE + 64, i);
    }
    assertThat(page.isGuarded()).isFalse();
    int stamp = page.stamp();
    space.store32(BASE, 1);
    assertThat(space.codePage(BASE)).isSameAs(page);
    assertThat(page.isGuarded()).isTrue();
    assertThat(page.install(new Lifted(BASE, BASE + 8), stamp)).isFalse();
  }

  @Test
  void whatIsReplacedIsDropped() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    List<Long> dropped = new ArrayList<>();
    CodePage page = space.codePage(BASE);
    for (int i = 0; i < 2; i++) {
      CodePage.Translation translation =
          new CodePage.Translation() {
            @Override
            public long start() {
              return BASE;
            }

            @Override
            public long end() {
              return BASE + 8;
            }

            @Override
            public void drop() {
              dropped.add(page.address());
            }
          };
      assertThat(page.install(translation, page.stamp())).isTrue();
      assertThat(dropped).hasSize(i);
    }
  }

  @Test
  void storesBesideTheCodeWorkAndKeepIt() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    Lifted lifted = lift(space, BASE, 16);
    for (int i = 4; i < PAGE / 4; i++) {
      space.store32(BASE + 4L * i, i);
    }
    for (int i = 4; i < PAGE / 4; i++) {
      assertThat(space.load32(BASE + 4L * i)).isEqualTo(i);
    }
    assertThat(at(space, BASE)).isSameAs(lifted);
  }

  @Test
  void aCrossingStoreDropsCodeOnBothPages() {
    space.map(BASE, 2 * PAGE, RWX, null, 0, false, null);
    lift(space, BASE + PAGE - 4, 4);
    lift(space, BASE + PAGE, 4);
    space.store32(BASE + PAGE - 2, -1);
    assertThat(at(space, BASE + PAGE - 4)).isNull();
    assertThat(at(space, BASE + PAGE)).isNull();
  }

  @Test
  void theKernelsWritesDropCodeToo() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    lift(space, BASE, 8);
    space.write(BASE + 4, new byte[4], 0, 4);
    assertThat(at(space, BASE)).isNull();
    lift(space, BASE, 8);
    space.poke(BASE + 4, new byte[4], 0, 4);
    assertThat(at(space, BASE)).isNull();
  }

  @Test
  void aPageThatIsStoredToAgainAndAgainBecomesFastAgainAndIsStillWatched() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    for (int round = 0; round < 5; round++) {
      lift(space, BASE, 8);
      CodePage page = space.codePage(BASE);
      for (int i = 0; i < 100; i++) {
        space.store32(BASE, i);
      }
      assertThat(page.isGuarded()).isFalse();
      assertThat(at(space, BASE)).isNull();
      assertThat(space.codePage(BASE).isGuarded()).isTrue();
    }
  }

  @Test
  void whatWasLiftedBeforeAStoreCannotBeInstalledAfterIt() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    CodePage page = space.codePage(BASE);
    int stamp = page.stamp();
    space.store32(BASE + 4, 1);
    assertThat(page.install(new Lifted(BASE, BASE + 8), stamp)).isFalse();
    assertThat(page.at(BASE)).isNull();
    // Neither can anything once stores go straight to the page again.
    for (int i = 0; i < 100; i++) {
      space.store32(BASE + 64, i);
    }
    assertThat(page.install(new Lifted(BASE, BASE + 8), page.stamp())).isFalse();
  }

  @Test
  void aStoreBesideItDoesNotKeepAnybodyFromInstalling() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    CodePage page = space.codePage(BASE);
    int stamp = page.stamp();
    space.store32(BASE + 8, 1);
    assertThat(page.install(new Lifted(BASE, BASE + 8), stamp)).isTrue();
  }

  @Test
  void whatWasStoredToBeforeManyOtherPlacesIsNotForgotten() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    lift(space, BASE + 1024, 8);
    CodePage page = space.codePage(BASE);
    int stamp = page.stamp();
    space.store32(BASE + 4, 1);
    int between = page.stamp();
    for (int i = 0; i < 12; i++) {
      space.store32(BASE + 64 + 4L * i, 1);
    }
    assertThat(page.install(new Lifted(BASE, BASE + 8), stamp)).isFalse();
    // Nobody knows any more whether that was before or after.
    assertThat(page.install(new Lifted(BASE, BASE + 8), between)).isFalse();
    assertThat(page.install(new Lifted(BASE, BASE + 8), page.stamp())).isTrue();
  }

  @Test
  void whoLooksWhileAStoreIsUnderWayCannotInstallWhatItSaw() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    CodePage page = space.codePage(BASE);
    int[] stamp = new int[1];
    page.frame().store(0, 4, () -> stamp[0] = page.stamp());
    assertThat(page.install(new Lifted(BASE, BASE + 8), stamp[0])).isFalse();
    assertThat(page.install(new Lifted(BASE, BASE + 8), page.stamp())).isTrue();
  }

  @Test
  void aStoreByAnotherProcessDropsCodeOfASharedFile() {
    space.map(BASE, PAGE, RX, file, PAGE, false, null);
    AddressSpace other = PagedAddressSpace.create(budget, ByteOrder.LITTLE_ENDIAN, 12, 1L << 31, 2);
    other.map(OTHER, 2 * PAGE, RW, file, 0, true, null);
    // The writer had the page writable before the code was asked for.
    other.store32(OTHER + PAGE + 4, 1);
    lift(space, BASE, 8);
    Lifted far = lift(space, BASE + 64, 8);
    other.store32(OTHER + PAGE + 4, 2);
    assertThat(at(space, BASE)).isNull();
    assertThat(at(space, BASE + 64)).isSameAs(far);
    assertThat(space.codePage(BASE).fetch32(BASE + 4)).isEqualTo(2);
    other.release();
  }

  @Test
  void aWriteToTheFileDropsItsCode() throws IOException {
    space.map(BASE, PAGE, RX, file, PAGE, false, null);
    lift(space, BASE, 8);
    assertThat(file.write(PAGE + 6, new byte[1], 0, 1)).isEqualTo(1);
    assertThat(at(space, BASE)).isNull();
    lift(space, BASE, 8);
    assertThat(file.zero(PAGE, 4)).isTrue();
    assertThat(at(space, BASE)).isNull();
  }

  @Test
  void everybodyWhoMapsAFileAtTheSameAddressSharesItsCode() {
    space.map(BASE, PAGE, RX, file, PAGE, false, null);
    Lifted lifted = lift(space, BASE, 8);
    AddressSpace child = space.fork();
    assertThat(at(child, BASE)).isSameAs(lifted);
    AddressSpace other = PagedAddressSpace.create(budget, ByteOrder.LITTLE_ENDIAN, 12, 1L << 31, 2);
    other.map(BASE, PAGE, RX, file, PAGE, false, null);
    other.map(OTHER, PAGE, RX, file, PAGE, false, null);
    assertThat(at(other, BASE)).isSameAs(lifted);
    assertThat(at(other, OTHER)).isNull();
    child.release();
    other.release();
  }

  @Test
  void aChildSharesPrivateCodeUntilOneOfThemChangesIt() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    space.store32(BASE, 7);
    Lifted lifted = lift(space, BASE, 8);
    AddressSpace child = space.fork();
    assertThat(at(child, BASE)).isSameAs(lifted);
    child.store32(BASE, 8);
    assertThat(at(child, BASE)).isNull();
    assertThat(child.codePage(BASE).fetch32(BASE)).isEqualTo(8);
    assertThat(at(space, BASE)).isSameAs(lifted);
    assertThat(space.codePage(BASE).fetch32(BASE)).isEqualTo(7);
    child.release();
  }

  @Test
  void aPrivateCopyLeavesTheFilesCodeBehind() {
    space.map(BASE, PAGE, RWX, file, 0, false, null);
    lift(space, BASE, 8);
    space.store32(BASE + 64, 1);
    assertThat(at(space, BASE)).isNull();
    AddressSpace other = PagedAddressSpace.create(budget, ByteOrder.LITTLE_ENDIAN, 12, 1L << 31, 2);
    other.map(BASE, PAGE, RX, file, 0, false, null);
    assertThat(at(other, BASE)).isNotNull();
    other.release();
  }

  @Test
  void anotherPageAtTheSameAddressHasOtherCode() {
    space.map(BASE, PAGE, RX, file, 0, false, null);
    Lifted lifted = lift(space, BASE, 8);
    space.map(BASE, PAGE, RX, file, PAGE, false, null);
    assertThat(at(space, BASE)).isNull();
    space.map(BASE, PAGE, RX, file, 0, false, null);
    assertThat(at(space, BASE)).isSameAs(lifted);
    space.move(BASE, OTHER, PAGE);
    assertThat(at(space, OTHER)).isNull();
  }

  @Test
  void codeThatWasMovedIsStillWatched() {
    space.map(BASE, PAGE, RWX, null, 0, false, null);
    space.store32(BASE, 1);
    lift(space, BASE, 8);
    space.move(BASE, OTHER, PAGE);
    space.store32(OTHER, 2);
    space.move(OTHER, BASE, PAGE);
    assertThat(at(space, BASE)).isNull();
  }

  @Test
  void twoUntouchedAnonymousPagesDoNotShareCode() {
    space.map(BASE, 2 * PAGE, RWX, null, 0, false, null);
    assertThat(space.load32(BASE)).isZero();
    CodePage first = space.codePage(BASE);
    CodePage second = space.codePage(BASE + PAGE);
    assertThat(List.of(first.frame().isZero(), second.frame().isZero())).containsOnly(false);
    assertThat(first.frame()).isNotSameAs(second.frame());
  }

  @Test
  void translationsThatWereMadeFirstMakeRoomForOthers() {
    int pages = 600;
    space.map(BASE, (long) pages * PAGE, RWX, null, 0, false, null);
    long most = 0;
    for (int i = 0; i < pages; i++) {
      for (int at = 0; at < PAGE; at += 32) {
        var _ = lift(space, BASE + (long) i * PAGE + at, 32);
      }
      most = Math.max(most, budget.codeCache().used());
    }
    assertThat(most).isBetween(budget.codeCache().limit() / 2, budget.codeCache().limit());
    assertThat(at(space, BASE)).isNull();
    assertThat(budget.codeDrops().pages(DropReason.NO_ROOM)).isPositive();
    assertThat(at(space, BASE + (pages - 1L) * PAGE)).isNotNull();
    lift(space, BASE, 8);
    space.store32(BASE, 1);
    assertThat(at(space, BASE)).isNull();
  }
}
