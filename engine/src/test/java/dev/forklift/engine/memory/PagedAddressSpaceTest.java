package dev.forklift.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

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

  @Nested
  class LoadsAndStores {
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
  }

  @Nested
  class Code {
    @Test
    void isFetchedWithoutPermissionToRead() {
      mapAnonymous(BASE, 1, Protection.EXECUTE);
      space.poke(BASE + 8, "abcd".getBytes(StandardCharsets.ISO_8859_1), 0, 4);
      CodePage page = space.codePage(BASE + 8);
      assertThat(page.fetch32(BASE + 8)).isEqualTo(0x6463_6261);
      assertThat(page.fetch16(BASE + 10)).isEqualTo(0x6463);
      assertThat(page.fetch8(BASE + 9)).isEqualTo('b');
      assertFault(() -> space.load8(BASE), GuestFault.Kind.PROTECTED, BASE, Access.READ);
    }
  }
}
