package dev.forklift.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryFileTest {
  private static final int PAGE = 4096;
  private static final long BASE = 0x10000;
  private static final int READ = Protection.READ;
  private static final int RW = READ | Protection.WRITE;

  private final FrameBudget budget = new FrameBudget(256 * PAGE);
  private final PagedAddressSpace space =
      PagedAddressSpace.create(budget, ByteOrder.LITTLE_ENDIAN, 12, 1L << 31, 2);
  private final long empty = budget.used();
  private final List<MemoryFile> files = new ArrayList<>();

  @AfterEach
  void everythingIsGivenBack() {
    space.release();
    files.forEach(MemoryFile::release);
    assertThat(budget.used()).isZero();
  }

  private MemoryFile file(MemoryFile.Source source, long size) {
    MemoryFile file = new MemoryFile(budget, 12, source, size);
    files.add(file);
    return file;
  }

  private MemoryFile file(long size) {
    MemoryFile file = new MemoryFile(budget, 12, null, size);
    files.add(file);
    return file;
  }

  /// Byte `i` is `i / 16`, in every page.
  private static void fill(long offset, byte[] page) {
    for (int i = 0; i < page.length; i++) {
      page[i] = (byte) ((offset + i) / 16);
    }
  }

  private static int readByte(MemoryFile file, long offset) throws IOException {
    byte[] one = new byte[1];
    return file.read(offset, one, 0, 1) == 1 ? one[0] & 0xff : -1;
  }

  private static void writeByte(MemoryFile file, long offset, int value) throws IOException {
    assertThat(file.write(offset, new byte[] {(byte) value}, 0, 1)).isEqualTo(1);
  }

  @Test
  void readingStopsAtTheEnd() throws IOException {
    MemoryFile file = file(10);
    byte[] bytes = new byte[20];
    assertThat(file.read(0, bytes, 0, 20)).isEqualTo(10);
    assertThat(file.read(4, bytes, 0, 20)).isEqualTo(6);
    assertThat(file.read(10, bytes, 0, 20)).isZero();
    assertThat(file.read(Long.MAX_VALUE, bytes, 0, 20)).isZero();
  }

  @Test
  void writingExtendsAndLeavesHoles() throws IOException {
    MemoryFile file = file(0);
    writeByte(file, 5L * PAGE + 1, 7);
    assertThat(file.size()).isEqualTo(5L * PAGE + 2);
    assertThat(readByte(file, 5L * PAGE + 1)).isEqualTo(7);
    assertThat(readByte(file, 2L * PAGE)).isZero();
    assertThat(file.allocatedBytes()).isEqualTo(PAGE);
  }

  @Test
  void aHugeSparseFileCostsWhatItsPagesCost() throws IOException {
    MemoryFile file = file(0);
    file.setSize(Long.MAX_VALUE);
    writeByte(file, Long.MAX_VALUE - 1, 1);
    writeByte(file, 1L << 40, 2);
    assertThat(file.allocatedBytes()).isEqualTo(2 * PAGE);
    assertThat(file.zero(0, Long.MAX_VALUE)).isTrue();
    // The last page is not a whole one: the end of the file lies on it.
    assertThat(file.allocatedBytes()).isEqualTo(PAGE);
    assertThat(readByte(file, Long.MAX_VALUE - 1)).isZero();
    file.setSize(1);
    assertThat(file.allocatedBytes()).isZero();
  }

  @Test
  void pagesComeFromTheSourceWhenTheyAreTouched() throws IOException {
    List<Long> filled = new ArrayList<>();
    MemoryFile file =
        file(
            (offset, page) -> {
              filled.add(offset);
              fill(offset, page);
            },
            3 * PAGE - 8);
    assertThat(filled).isEmpty();
    assertThat(readByte(file, PAGE + 32)).isEqualTo((PAGE + 32) / 16 & 0xff);
    assertThat(readByte(file, PAGE + 33)).isEqualTo((PAGE + 33) / 16 & 0xff);
    assertThat(filled).containsExactly((long) PAGE);
    space.map(BASE, 3 * PAGE, READ, file, 0, false, null);
    assertThat(space.load8(BASE + 2 * PAGE + 16)).isEqualTo((2 * PAGE + 16) / 16 & 0xff);
    // What lies behind the end is zero even if the source gave something.
    assertThat(space.load64(BASE + 3 * PAGE - 8)).isZero();
    assertThat(filled).containsExactly((long) PAGE, 2L * PAGE);
  }

  @Test
  void whatIsCutOffDoesNotComeBackFromTheSource() throws IOException {
    MemoryFile file = file(MemoryFileTest::fill, 2 * PAGE);
    file.setSize(100);
    file.setSize(2 * PAGE);
    assertThat(readByte(file, 96)).isEqualTo(6);
    assertThat(readByte(file, 112)).isZero();
    assertThat(readByte(file, PAGE + 16)).isZero();
  }

  @Test
  void aHolePunchedIntoASourceStaysOne() throws IOException {
    MemoryFile file = file(MemoryFileTest::fill, 4 * PAGE);
    assertThat(file.zero(PAGE - 16, PAGE + 32)).isTrue();
    assertThat(readByte(file, PAGE - 17)).isEqualTo(254);
    assertThat(readByte(file, PAGE - 16)).isZero();
    assertThat(readByte(file, PAGE + 160)).isZero();
    assertThat(readByte(file, 2 * PAGE + 15)).isZero();
    assertThat(readByte(file, 2 * PAGE + 16)).isEqualTo(1);
  }

  @Test
  void aSourceThatFailsFailsTheReadAndFaultsTheMapping() throws IOException {
    MemoryFile file =
        file(
            (offset, page) -> {
              throw new IOException("no disk");
            },
            PAGE);
    assertThatThrownBy(() -> readByte(file, 0)).isInstanceOf(IOException.class);
    space.map(BASE, PAGE, RW, file, 0, false, null);
    GuestFault fault = catchThrowableOfType(GuestFault.class, () -> space.load8(BASE + 5));
    assertThat(fault.kind()).isEqualTo(GuestFault.Kind.PAST_END_OF_FILE);
    assertThat(fault.address()).isEqualTo(BASE + 5);
    // A whole page needs nothing of the old contents.
    assertThat(file.write(0, new byte[PAGE], 0, PAGE)).isEqualTo(PAGE);
    assertThat(space.load8(BASE + 5)).isZero();
  }

  @Test
  void cuttingOffFaultsTheMappingAndZeroesTheTail() throws IOException {
    MemoryFile file = file(3 * PAGE);
    space.map(BASE, 3 * PAGE, RW, file, 0, true, null);
    space.store32(BASE + PAGE + 100, -1);
    space.store32(BASE + 2 * PAGE, -1);
    file.setSize(PAGE + 102);
    assertThat(space.load32(BASE + PAGE + 100)).isEqualTo(0xffff);
    GuestFault fault = catchThrowableOfType(GuestFault.class, () -> space.load32(BASE + 2 * PAGE));
    assertThat(fault.kind()).isEqualTo(GuestFault.Kind.PAST_END_OF_FILE);
    assertThat(fault.address()).isEqualTo(BASE + 2 * PAGE);
    // What a mapping leaves behind the end does not show when the file grows.
    space.store32(BASE + PAGE + 200, -1);
    file.setSize(3 * PAGE);
    assertThat(space.load32(BASE + PAGE + 200)).isZero();
    assertThat(space.load32(BASE + 2 * PAGE)).isZero();
  }

  @Test
  void cuttingOffTakesPrivateCopiesAwayToo() {
    MemoryFile file = file(2 * PAGE);
    space.map(BASE, 2 * PAGE, RW, file, 0, false, null);
    space.store32(BASE, 1);
    space.store32(BASE + PAGE, 2);
    file.setSize(PAGE);
    assertThat(space.load32(BASE)).isEqualTo(1);
    assertThat(catchThrowableOfType(GuestFault.class, () -> space.load32(BASE + PAGE)).kind())
        .isEqualTo(GuestFault.Kind.PAST_END_OF_FILE);
  }

  @Test
  void aWriteIsSeenByMappingsUntilTheyHaveTheirOwnCopy() throws IOException {
    MemoryFile file = file(2 * PAGE);
    space.map(BASE, 2 * PAGE, RW, file, 0, false, null);
    assertThat(space.load8(BASE)).isZero();
    writeByte(file, 0, 1);
    assertThat(space.load8(BASE)).isEqualTo(1);
    space.store8(BASE + 1, 9);
    writeByte(file, 0, 2);
    assertThat(space.load8(BASE)).isEqualTo(1);
    assertThat(readByte(file, 1)).isZero();
  }

  @Test
  void aFlushWritesWhatWasChangedByWritesAndThroughMappings() throws IOException {
    MemoryFile file = file(MemoryFileTest::fill, 5 * PAGE + 10);
    List<String> written = new ArrayList<>();
    MemoryFile.Sink sink =
        (offset, bytes, length) -> written.add(offset / PAGE + ":" + length + ":" + bytes[0]);
    space.map(BASE, 6 * PAGE, RW, file, 0, true, null);
    assertThat(space.load8(BASE + PAGE)).isZero();
    file.flush(0, Long.MAX_VALUE, sink);
    assertThat(written).isEmpty();
    space.store8(BASE + 5 * PAGE, 55);
    writeByte(file, 2 * PAGE, 22);
    file.flush(0, Long.MAX_VALUE, sink);
    assertThat(written).containsExactly("2:4096:22", "5:10:55");
    written.clear();
    file.flush(0, Long.MAX_VALUE, sink);
    assertThat(written).isEmpty();
    // The mapping was made read-only for that, so a store is noticed again.
    space.store8(BASE + 5 * PAGE, 56);
    space.store8(BASE, 1);
    file.flush(PAGE, Long.MAX_VALUE, sink);
    assertThat(written).containsExactly("5:10:56");
    file.flush(0, PAGE, sink);
    assertThat(written).containsExactly("5:10:56", "0:4096:1");
  }

  @Test
  void aFlushThatFailsIsDoneByTheNext() throws IOException {
    MemoryFile file = file(3 * PAGE);
    writeByte(file, 0, 1);
    writeByte(file, PAGE, 1);
    List<Long> written = new ArrayList<>();
    assertThatThrownBy(() ->
            file.flush(
                0,
                Long.MAX_VALUE,
                (offset, bytes, length) -> {
                  if (offset > 0) {
                    throw new IOException("disk full");
                  }
                  written.add(offset);
                }))
        .isInstanceOf(IOException.class);
    file.flush(0, Long.MAX_VALUE, (offset, bytes, length) -> written.add(offset));
    assertThat(written).containsExactly(0L, (long) PAGE);
  }

  @Test
  void cleanPagesThatNobodyMapsMakeRoomForOthers() throws IOException {
    MemoryFile file = file(MemoryFileTest::fill, 400L * PAGE);
    byte[] page = new byte[PAGE];
    byte[] expected = new byte[PAGE];
    space.map(BASE, 400L * PAGE, RW, file, 0, true, null);
    assertThat(space.load8(BASE + 3 * PAGE + 16)).isEqualTo(1);
    writeByte(file, 5 * PAGE, 99);
    for (long i = 0; i < 400; i++) {
      assertThat(file.read(i * PAGE, page, 0, PAGE)).isEqualTo(PAGE);
      fill(i * PAGE, expected);
      if (i == 5) {
        expected[0] = 99;
      }
      assertThat(Arrays.mismatch(page, expected)).isEqualTo(-1);
    }
    assertThat(budget.used()).isLessThanOrEqualTo(budget.limit());
    long cached = file.allocatedBytes();
    // All but the page that is mapped and the one that was changed can go.
    space.map(0x1000_0000, 240 * PAGE, RW, null, 0, false, null);
    for (int i = 0; i < 240; i++) {
      space.store8(0x1000_0000 + (long) i * PAGE, 1);
    }
    assertThat(file.allocatedBytes()).isLessThan(cached).isGreaterThanOrEqualTo(2 * PAGE);
    assertThat(readByte(file, 5 * PAGE)).isEqualTo(99);
    assertThat(readByte(file, 300 * PAGE + 16)).isEqualTo(1);
  }

  @Test
  void whatWasFlushedCanMakeRoomToo() throws IOException {
    byte[] disk = new byte[600 * PAGE];
    MemoryFile file =
        file((offset, page) -> System.arraycopy(disk, (int) offset, page, 0, PAGE), 0);
    byte[] page = new byte[PAGE];
    for (int i = 0; i < 600; i++) {
      Arrays.fill(page, (byte) i);
      assertThat(file.write((long) i * PAGE, page, 0, PAGE)).isEqualTo(PAGE);
      file.flush(
          (long) i * PAGE,
          PAGE,
          (offset, bytes, length) -> System.arraycopy(bytes, 0, disk, (int) offset, length));
    }
    for (int i = 0; i < 600; i++) {
      assertThat(readByte(file, (long) i * PAGE + 5)).isEqualTo(i & 0xff);
    }
  }

  @Test
  void aWriteStopsWhereMemoryIsUsedUp() throws IOException {
    MemoryFile file = file(0);
    byte[] bytes = new byte[300 * PAGE];
    int written = file.write(100, bytes, 0, bytes.length);
    assertThat(written).isLessThan(bytes.length).isEqualTo((int) file.size() - 100);
    assertThat(budget.limit() - budget.used()).isLessThan(PAGE);
    file.setSize(0);
    assertThat(budget.used()).isEqualTo(empty);
  }

  @Test
  void pagesLiveUntilTheLastMappingIsGone() {
    MemoryFile file = file(PAGE);
    space.map(BASE, PAGE, RW, file, 0, true, null);
    file.release();
    space.store32(BASE, 42);
    AddressSpace child = space.fork();
    space.unmap(BASE, PAGE);
    assertThat(child.load32(BASE)).isEqualTo(42);
    assertThat(file.allocatedBytes()).isEqualTo(PAGE);
    child.release();
    assertThat(file.allocatedBytes()).isZero();
    assertThat(budget.used()).isEqualTo(empty);
  }
}
