package dev.forklift.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagedAddressSpaceTest {
  private static final int PAGE = 4096;
  private static final long BASE = 0x0040_0000;
  private static final long LIMIT = 0x8000_0000L;
  private static final int RW = Protection.READ | Protection.WRITE;

  private final FrameBudget budget = new FrameBudget(16 << 20);
  private final PagedAddressSpace space =
      PagedAddressSpace.create(budget, ByteOrder.LITTLE_ENDIAN, 12, LIMIT, 2);

  @AfterEach
  void everythingIsGivenBack() {
    space.release();
    assertThat(budget.used()).isZero();
  }

  private void mapAnonymous(long start, int pages, int protection) {
    space.map(start, (long) pages * PAGE, protection, null, 0, false, null);
  }

  private static void assertFault(
      ThrowingCallable access, GuestFault.Kind kind, long address, Access what) {
    GuestFault fault = catchThrowableOfType(GuestFault.class, access);
    assertThat(fault).isNotNull();
    assertThat(fault.kind()).isEqualTo(kind);
    assertThat(fault.address()).isEqualTo(address);
    assertThat(fault.access()).isEqualTo(what);
  }

  private static boolean isUnaligned(ThrowingCallable access) {
    return catchThrowableOfType(GuestFault.class, access).isUnaligned();
  }

  @Nested
  class LoadsAndStores {
    @Test
    void aFaultSaysWhetherTheWholeAccessWasAligned() {
      mapAnonymous(BASE, 1, RW);
      long end = BASE + PAGE;
      assertThat(isUnaligned(() -> space.load32(end))).isFalse();
      assertThat(isUnaligned(() -> space.load32(end + 1))).isTrue();
      assertThat(isUnaligned(() -> space.load16(end - 1))).isTrue();
      assertThat(isUnaligned(() -> space.store64(end - 4, 1))).isTrue();
      assertThat(isUnaligned(() -> space.store64(end + 8, 1))).isFalse();
      assertThat(isUnaligned(() -> space.store8(end + 1, 1))).isFalse();
      assertThat(space.load32(BASE + PAGE - 4)).as("nothing of it was stored").isZero();
    }

    @Test
    void anonymousMemoryReadsAsZero() {
      mapAnonymous(BASE, 1, RW);
      assertThat(space.load64(BASE)).isZero();
      assertThat(space.residentPages()).isZero();
    }

    @Test
    void whatIsStoredIsLoadedInEveryWidth() {
      mapAnonymous(BASE, 1, RW);
      space.store64(BASE, 0x8182_8384_8586_8788L);
      assertThat(space.load8(BASE)).isEqualTo(0x88);
      assertThat(space.load16(BASE)).isEqualTo(0x8788);
      assertThat(space.load32(BASE)).isEqualTo(0x8586_8788);
      assertThat(space.load32(BASE + 4)).isEqualTo(0x8182_8384);
      assertThat(space.load64(BASE)).isEqualTo(0x8182_8384_8586_8788L);
      space.store8(BASE + 1, 0x11);
      space.store16(BASE + 2, 0x2222);
      space.store32(BASE + 4, 0x4444_4444);
      assertThat(space.load64(BASE)).isEqualTo(0x4444_4444_2222_1188L);
      assertThat(space.residentPages()).isEqualTo(1);
    }

    @Test
    void bigEndianMemoryHoldsTheHighByteFirst() {
      AddressSpace big = PagedAddressSpace.create(budget, ByteOrder.BIG_ENDIAN, 13, 1L << 40, 2);
      big.map(1L << 39, 16384, RW, null, 0, false, null);
      big.store64((1L << 39) + 8, 0x0102_0304_0506_0708L);
      byte[] bytes = new byte[8];
      big.read((1L << 39) + 8, bytes, 0, 8);
      assertThat(bytes).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
      assertThat(big.load16((1L << 39) + 9)).isEqualTo(0x0203);
      assertThat(big.load32((1L << 39) + 9)).isEqualTo(0x0203_0405);
      big.release();
    }

    @Test
    void misalignedAndCrossingAccessesWork() {
      mapAnonymous(BASE, 2, RW);
      for (int offset = PAGE - 9; offset <= PAGE + 1; offset++) {
        space.store64(BASE + offset, 0x0807_0605_0403_0201L + offset);
        assertThat(space.load64(BASE + offset)).isEqualTo(0x0807_0605_0403_0201L + offset);
        space.store32(BASE + offset, 0xcafe_0000 + offset);
        assertThat(space.load32(BASE + offset)).isEqualTo(0xcafe_0000 + offset);
        space.store16(BASE + offset, 0xb000 + offset);
        assertThat(space.load16(BASE + offset)).isEqualTo(0xb000 + offset);
      }
    }
  }

  @Nested
  class Faults {
    @Test
    void whereNothingIsMappedIsUnmapped() {
      assertFault(() -> space.load32(BASE), GuestFault.Kind.UNMAPPED, BASE, Access.READ);
      assertFault(() -> space.store8(BASE, 1), GuestFault.Kind.UNMAPPED, BASE, Access.WRITE);
      assertFault(() -> space.codePage(BASE), GuestFault.Kind.UNMAPPED, BASE, Access.EXECUTE);
      assertFault(() -> space.load8(-1), GuestFault.Kind.UNMAPPED, -1, Access.READ);
      assertFault(() -> space.load64(LIMIT), GuestFault.Kind.UNMAPPED, LIMIT, Access.READ);
      assertFault(
          () -> space.compareExchange32(BASE, 0, 1), GuestFault.Kind.UNMAPPED, BASE, Access.WRITE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void everyProtectionAllowsWhatItSays(int protection) {
      mapAnonymous(BASE, 1, RW);
      space.store32(BASE, 7);
      space.protect(BASE, PAGE, protection);
      if ((protection & Protection.READ) != 0) {
        assertThat(space.load32(BASE)).isEqualTo(7);
      } else {
        assertFault(() -> space.load32(BASE), GuestFault.Kind.PROTECTED, BASE, Access.READ);
      }
      if ((protection & Protection.WRITE) != 0) {
        space.store32(BASE + 4, 8);
        assertThat(space.compareExchange32(BASE + 8, 0, 1)).isZero();
      } else {
        assertFault(
            () -> space.store32(BASE + 4, 8), GuestFault.Kind.PROTECTED, BASE + 4, Access.WRITE);
        assertFault(
            () -> space.compareExchange32(BASE + 8, 1, 1),
            GuestFault.Kind.PROTECTED,
            BASE + 8,
            Access.WRITE);
      }
      if ((protection & Protection.EXECUTE) != 0) {
        assertThat(space.codePage(BASE + 4).address()).isEqualTo(BASE);
      } else {
        assertFault(
            () -> space.codePage(BASE + 4), GuestFault.Kind.PROTECTED, BASE + 4, Access.EXECUTE);
      }
    }

    @Test
    void aCrossingStoreChangesNothingWhenItsSecondPageFaults() {
      mapAnonymous(BASE, 1, RW);
      mapAnonymous(BASE + PAGE, 1, Protection.READ);
      assertFault(
          () -> space.store32(BASE + PAGE - 2, -1),
          GuestFault.Kind.PROTECTED,
          BASE + PAGE,
          Access.WRITE);
      assertThat(space.load16(BASE + PAGE - 2)).isZero();
    }

    @Test
    void anAccessAcrossTheLimitFaultsAtTheLimitAndDoesNotWrap() {
      mapAnonymous(0, 1, RW);
      mapAnonymous(LIMIT - PAGE, 1, RW);
      assertFault(
          () -> space.store64(LIMIT - 4, -1), GuestFault.Kind.UNMAPPED, LIMIT, Access.WRITE);
      assertFault(() -> space.load32(LIMIT - 1), GuestFault.Kind.UNMAPPED, LIMIT, Access.READ);
      space.store32(LIMIT - 4, 5);
      assertThat(space.load32(LIMIT - 4)).isEqualTo(5);
    }

    @Test
    void exchangeMustBeAligned() {
      mapAnonymous(BASE, 1, RW);
      assertFault(
          () -> space.compareExchange32(BASE + 2, 0, 1),
          GuestFault.Kind.MISALIGNED,
          BASE + 2,
          Access.WRITE);
      assertFault(
          () -> space.compareExchange64(BASE + 4, 0, 1),
          GuestFault.Kind.MISALIGNED,
          BASE + 4,
          Access.WRITE);
    }

    @Test
    void aBulkCopyDoesWhatPrecedesTheFault() {
      mapAnonymous(BASE, 1, RW);
      byte[] bytes = new byte[100];
      Arrays.fill(bytes, (byte) 9);
      assertFault(
          () -> space.write(BASE + PAGE - 60, bytes, 0, 100),
          GuestFault.Kind.UNMAPPED,
          BASE + PAGE,
          Access.WRITE);
      byte[] back = new byte[100];
      assertFault(
          () -> space.read(BASE + PAGE - 70, back, 0, 100),
          GuestFault.Kind.UNMAPPED,
          BASE + PAGE,
          Access.READ);
      for (int i = 0; i < 100; i++) {
        assertThat(back[i]).isEqualTo((byte) (i >= 10 && i < 70 ? 9 : 0));
      }
    }

    @Test
    void peekAndPokeIgnorePermissionsButNotForSharedPages() {
      MemoryFile file = new MemoryFile(budget, 12, null, PAGE);
      mapAnonymous(BASE, 1, Protection.NONE);
      space.map(BASE + PAGE, PAGE, Protection.READ, file, 0, true, null);
      byte[] bytes = {1, 2, 3};
      space.poke(BASE + 5, bytes, 0, 3);
      byte[] back = new byte[3];
      space.peek(BASE + 5, back, 0, 3);
      assertThat(back).isEqualTo(bytes);
      assertFault(() -> space.load8(BASE + 5), GuestFault.Kind.PROTECTED, BASE + 5, Access.READ);
      assertFault(
          () -> space.poke(BASE + PAGE, bytes, 0, 3),
          GuestFault.Kind.PROTECTED,
          BASE + PAGE,
          Access.WRITE);
      file.release();
    }

    @Test
    void aBudgetThatIsUsedUpIsAFaultAndNotTheEnd() {
      mapAnonymous(BASE, 8192, RW);
      int stored = 0;
      GuestFault fault = null;
      while (fault == null) {
        try {
          space.store8(BASE + (long) stored * PAGE, 1);
          stored++;
        } catch (GuestFault e) {
          fault = e;
        }
      }
      assertThat(fault.kind()).isEqualTo(GuestFault.Kind.OUT_OF_MEMORY);
      assertThat(fault.address()).isEqualTo(BASE + (long) stored * PAGE);
      assertThat(budget.used()).isBetween(budget.limit() - 5L * PAGE, budget.limit());
      assertThat(catchThrowableOfType(GuestFault.class, () -> space.fork().release())).isNotNull();
      assertThat(space.load8(BASE + PAGE)).isEqualTo(1);
      space.unmap(BASE, 4L * PAGE);
      assertThat(space.load8(BASE + 4 * PAGE)).isEqualTo(1);
      mapAnonymous(BASE, 1, RW);
      space.store8(BASE, 2);
      assertThat(space.load8(BASE)).isEqualTo(2);
    }
  }

  @Nested
  class Mapping {
    @Test
    void unmappingTheMiddleLeavesBothEnds() {
      mapAnonymous(BASE, 3, RW);
      for (int i = 0; i < 3; i++) {
        space.store32(BASE + (long) i * PAGE, i + 1);
      }
      space.unmap(BASE + PAGE, PAGE);
      assertThat(space.load32(BASE)).isEqualTo(1);
      assertThat(space.load32(BASE + 2 * PAGE)).isEqualTo(3);
      assertFault(
          () -> space.load32(BASE + PAGE), GuestFault.Kind.UNMAPPED, BASE + PAGE, Access.READ);
      assertThat(space.regions()).hasSize(2);
      mapAnonymous(BASE + PAGE, 1, RW);
      assertThat(space.load32(BASE + PAGE)).isZero();
      assertThat(space.regions()).hasSize(1);
    }

    @Test
    void mappingOverSomethingReplacesIt() {
      MemoryFile file = new MemoryFile(budget, 12, null, PAGE);
      mapAnonymous(BASE, 2, RW);
      space.store32(BASE, 1);
      space.store32(BASE + PAGE, 2);
      space.map(BASE, PAGE, RW, file, 0, true, null);
      assertThat(space.load32(BASE)).isZero();
      assertThat(space.load32(BASE + PAGE)).isEqualTo(2);
      // The same file over itself, which nobody else holds any more.
      space.store32(BASE, 3);
      file.release();
      space.map(BASE, PAGE, RW, file, 0, true, null);
      assertThat(space.load32(BASE)).isEqualTo(3);
    }

    @Test
    void protectingTheMiddleSplitsAndItsContentsStay() {
      mapAnonymous(BASE, 3, RW);
      space.store32(BASE + PAGE, 5);
      space.protect(BASE + PAGE, PAGE, Protection.READ);
      assertThat(space.regions()).hasSize(3);
      assertThat(space.load32(BASE + PAGE)).isEqualTo(5);
      assertFault(
          () -> space.store32(BASE + PAGE, 6),
          GuestFault.Kind.PROTECTED,
          BASE + PAGE,
          Access.WRITE);
      space.protect(BASE, 3 * PAGE, RW);
      assertThat(space.regions()).hasSize(1);
      space.store32(BASE + PAGE, 6);
      assertThat(space.load32(BASE + PAGE)).isEqualTo(6);
    }

    @Test
    void movingTakesContentsPermissionsAndFileOffsetAlong() throws IOException {
      MemoryFile file = new MemoryFile(budget, 12, null, 4 * PAGE);
      assertThat(file.write(2 * PAGE, new byte[] {7}, 0, 1)).isEqualTo(1);
      mapAnonymous(BASE, 1, RW);
      space.store32(BASE, 11);
      space.map(BASE + PAGE, 2 * PAGE, Protection.READ, file, PAGE, true, "tag");
      assertThat(space.load8(BASE + 2 * PAGE)).isEqualTo(7);
      long to = BASE + (8 << 20);
      mapAnonymous(to, 3, RW);
      space.store32(to, 1);
      space.move(BASE, to, 3 * PAGE);
      assertThat(space.load32(to)).isEqualTo(11);
      space.store32(to, 12);
      assertThat(space.load8(to + 2 * PAGE)).isEqualTo(7);
      assertFault(
          () -> space.store8(to + PAGE, 1), GuestFault.Kind.PROTECTED, to + PAGE, Access.WRITE);
      assertFault(() -> space.load32(BASE), GuestFault.Kind.UNMAPPED, BASE, Access.READ);
      assertThat(space.regions())
          .containsExactly(
              new Region(to, to + PAGE, RW, null, 0, false, null),
              new Region(to + PAGE, to + 3 * PAGE, Protection.READ, file, PAGE, true, "tag"));
      // Back, by one page, within one table.
      space.move(to, to - PAGE, PAGE);
      assertThat(space.load32(to - PAGE)).isEqualTo(12);
      file.release();
    }

    @Test
    void discardingBringsZerosOrTheFileBack() {
      MemoryFile file = new MemoryFile(budget, 12, null, PAGE);
      mapAnonymous(BASE, 1, RW);
      space.map(BASE + PAGE, PAGE, RW, file, 0, false, null);
      space.map(BASE + 2 * PAGE, PAGE, RW, file, 0, true, null);
      space.store32(BASE, 1);
      space.store32(BASE + PAGE, 2);
      space.store32(BASE + 2 * PAGE, 3);
      assertThat(space.load32(BASE + PAGE)).isEqualTo(2);
      space.discard(BASE, 3 * PAGE);
      assertThat(space.load32(BASE)).isZero();
      assertThat(space.load32(BASE + PAGE)).isEqualTo(3);
      assertThat(space.load32(BASE + 2 * PAGE)).isEqualTo(3);
      file.release();
    }

    @Test
    void residentPagesAreThoseThatHoldMemory() {
      mapAnonymous(BASE, 4, RW);
      assertThat(space.load8(BASE)).isZero();
      assertThat(space.residentPages()).isZero();
      space.store8(BASE, 1);
      space.store8(BASE + PAGE, 1);
      assertThat(space.residentPages()).isEqualTo(2);
      space.discard(BASE, PAGE);
      assertThat(space.residentPages()).isEqualTo(1);
    }

    @Test
    void whatIsNoRangeOfPagesIsAHostBug() {
      assertThatIllegalStateException().isThrownBy(() -> space.unmap(BASE + 1, PAGE));
      assertThatIllegalStateException().isThrownBy(() -> space.unmap(BASE, LIMIT));
      assertThatIllegalStateException().isThrownBy(() -> mapAnonymous(LIMIT, 1, RW));
      assertThatIllegalStateException().isThrownBy(() -> space.move(BASE, BASE + PAGE, 2 * PAGE));
    }
  }

  @Nested
  class Fork {
    @Test
    void childAndParentSeeOnlyTheirOwnStores() {
      mapAnonymous(BASE, 2, RW);
      space.store32(BASE, 1);
      AddressSpace child = space.fork();
      space.store32(BASE, 2);
      assertThat(child.load32(BASE)).isEqualTo(1);
      child.store32(BASE, 3);
      child.store32(BASE + PAGE, 4);
      assertThat(space.load32(BASE)).isEqualTo(2);
      assertThat(space.load32(BASE + PAGE)).isZero();
      child.release();
    }

    @Test
    void theChildWritesFirstAndTheParentKeepsItsPage() {
      mapAnonymous(BASE, 1, RW);
      space.store32(BASE, 1);
      AddressSpace child = space.fork();
      child.store32(BASE, 2);
      assertThat(space.load32(BASE)).isEqualTo(1);
      long used = budget.used();
      space.store32(BASE, 3);
      assertThat(budget.used()).as("the parent's page is written in place").isEqualTo(used);
      assertThat(child.load32(BASE)).isEqualTo(2);
      child.release();
    }

    @Test
    void aPageIsCopiedOnlyWhenItIsWritten() {
      mapAnonymous(BASE, 8, RW);
      for (int i = 0; i < 8; i++) {
        space.store32(BASE + (long) i * PAGE, i);
      }
      long before = budget.used();
      AddressSpace child = space.fork();
      long tables = budget.used() - before;
      child.store32(BASE, 100);
      assertThat(budget.used()).isEqualTo(before + tables + PAGE);
      child.release();
      assertThat(budget.used()).isEqualTo(before);
      space.store32(BASE + PAGE, 5);
      assertThat(budget.used()).isEqualTo(before);
    }

    @Test
    void everyGenerationHasItsOwn() {
      mapAnonymous(BASE, 1, RW);
      space.store32(BASE, 1);
      AddressSpace child = space.fork();
      AddressSpace grandchild = child.fork();
      child.store32(BASE, 2);
      AddressSpace second = child.fork();
      grandchild.store32(BASE, 3);
      second.store32(BASE + 4, 4);
      assertThat(space.load32(BASE)).isEqualTo(1);
      assertThat(child.load32(BASE)).isEqualTo(2);
      assertThat(child.load32(BASE + 4)).isZero();
      assertThat(grandchild.load32(BASE)).isEqualTo(3);
      assertThat(second.load32(BASE)).isEqualTo(2);
      child.release();
      assertThat(grandchild.load32(BASE)).isEqualTo(3);
      grandchild.release();
      second.release();
    }

    @Test
    void sharedMemoryStaysShared() {
      MemoryFile anonymous = new MemoryFile(budget, 12, null, 2 * PAGE);
      space.map(BASE, 2 * PAGE, RW, anonymous, 0, true, null);
      anonymous.release();
      space.store32(BASE, 1);
      AddressSpace child = space.fork();
      child.store32(BASE, 2);
      child.store32(BASE + PAGE, 3);
      assertThat(space.load32(BASE)).isEqualTo(2);
      assertThat(space.load32(BASE + PAGE)).isEqualTo(3);
      assertThat(space.compareExchange32(BASE, 2, 4)).isEqualTo(2);
      assertThat(child.load32(BASE)).isEqualTo(4);
      child.release();
    }

    @Test
    void theChildsMappingsAreItsOwn() {
      mapAnonymous(BASE, 2, RW);
      space.store32(BASE, 1);
      AddressSpace child = space.fork();
      child.unmap(BASE, PAGE);
      space.protect(BASE + PAGE, PAGE, Protection.READ);
      assertThat(space.load32(BASE)).isEqualTo(1);
      child.store32(BASE + PAGE, 1);
      assertThat(child.regions())
          .containsExactly(new Region(BASE + PAGE, BASE + 2 * PAGE, RW, null, 0, false, null));
      child.release();
    }

    @Test
    void whatIsNotReadableIsNotReadableInTheChild() {
      mapAnonymous(BASE, 1, RW);
      space.store32(BASE, 1);
      space.protect(BASE, PAGE, Protection.NONE);
      AddressSpace child = space.fork();
      assertFault(() -> child.load32(BASE), GuestFault.Kind.PROTECTED, BASE, Access.READ);
      child.protect(BASE, PAGE, Protection.READ);
      assertThat(child.load32(BASE)).isEqualTo(1);
      child.release();
    }
  }
}
