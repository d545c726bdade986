package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MADV_COLD;
import static dev.forklift.kernel.abi.Mman.MADV_COLLAPSE;
import static dev.forklift.kernel.abi.Mman.MADV_DODUMP;
import static dev.forklift.kernel.abi.Mman.MADV_DOFORK;
import static dev.forklift.kernel.abi.Mman.MADV_DONTDUMP;
import static dev.forklift.kernel.abi.Mman.MADV_DONTFORK;
import static dev.forklift.kernel.abi.Mman.MADV_DONTNEED;
import static dev.forklift.kernel.abi.Mman.MADV_DONTNEED_LOCKED;
import static dev.forklift.kernel.abi.Mman.MADV_FREE;
import static dev.forklift.kernel.abi.Mman.MADV_HUGEPAGE;
import static dev.forklift.kernel.abi.Mman.MADV_KEEPONFORK;
import static dev.forklift.kernel.abi.Mman.MADV_MERGEABLE;
import static dev.forklift.kernel.abi.Mman.MADV_NORMAL;
import static dev.forklift.kernel.abi.Mman.MADV_PAGEOUT;
import static dev.forklift.kernel.abi.Mman.MADV_POPULATE_READ;
import static dev.forklift.kernel.abi.Mman.MADV_POPULATE_WRITE;
import static dev.forklift.kernel.abi.Mman.MADV_REMOVE;
import static dev.forklift.kernel.abi.Mman.MADV_WILLNEED;
import static dev.forklift.kernel.abi.Mman.MADV_WIPEONFORK;
import static dev.forklift.kernel.abi.Mman.MAP_ANONYMOUS;
import static dev.forklift.kernel.abi.Mman.MAP_PRIVATE;
import static dev.forklift.kernel.abi.Mman.MAP_SHARED;
import static dev.forklift.kernel.abi.Mman.PROT_NONE;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.mm.MmWorld.PAGE;
import static dev.forklift.kernel.mm.MmWorld.RW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.OpenFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// madvise(2). The expected results have been seen on Linux 6.12 on nios2.
class MadviseTest {
  private static final long AT = 0x4400_0000;

  private final MmWorld world = new MmWorld();
  private final UserMemory user = world.mm.user();

  @BeforeEach
  void map() throws Errno {
    var _ = world.map(AT, 0x4000);
    user.putInt(AT, 7);
  }

  @AfterEach
  void end() {
    world.close();
  }

  @Test
  void whatIsNotNeededReadsAsZero() throws Errno {
    long used = world.world.budget.used();
    assertThat(world.madvise(AT, PAGE, MADV_DONTNEED)).isEqualTo("0");
    assertThat(world.world.budget.used()).isLessThanOrEqualTo(used - PAGE);
    assertThat(user.getInt(AT)).isZero();
  }

  @Test
  void whatIsNotNeededOfAFileReadsAsTheFile() throws Errno {
    OpenFile file = world.file("/f", "hello");
    assertThat(world.mmap(0, PAGE, RW, MAP_PRIVATE, file, 0)).isEqualTo("2aaa6000");
    user.putByte(0x2aaa_6000, 'J');
    assertThat(world.madvise(0x2aaa_6000, PAGE, MADV_DONTNEED)).isEqualTo("0");
    assertThat(user.readString(0x2aaa_6000, 10)).isEqualTo("hello");
    file.release();
  }

  @Test
  void refusalsComeInLinuxsOrder() {
    assertThat(world.madvise(AT + 1, PAGE, MADV_DONTNEED)).isEqualTo("EINVAL");
    assertThat(world.madvise(AT, PAGE, 77)).isEqualTo("EINVAL");
    assertThat(world.madvise(AT, PAGE, -1)).isEqualTo("EINVAL");
    assertThat(world.madvise(AT, 0, MADV_DONTNEED)).isEqualTo("0");
    assertThat(world.madvise(AT, 0, 77)).isEqualTo("EINVAL");
    assertThat(world.madvise(AT, 0xffff_f001L, MADV_DONTNEED)).isEqualTo("EINVAL");
    assertThat(world.madvise(AT, 0xf000_0000L, MADV_DONTNEED)).isEqualTo("EINVAL");
    assertThat(world.madvise(0x5800_0000, PAGE, MADV_WILLNEED)).isEqualTo("ENOMEM");
    assertThat(world.madvise(0x5800_0000, PAGE, MADV_NORMAL)).isEqualTo("ENOMEM");
    assertThat(world.madvise(AT, PAGE, MADV_WILLNEED)).isEqualTo("EBADF");
    assertThat(world.madvise(AT, PAGE, MADV_MERGEABLE)).isEqualTo("EINVAL");
    assertThat(world.madvise(AT, PAGE, MADV_HUGEPAGE)).isEqualTo("EINVAL");
    assertThat(world.madvise(AT, PAGE, MADV_COLLAPSE)).isEqualTo("EINVAL");
    assertThat(world.madvise(AT, PAGE, MADV_COLD)).isEqualTo("0");
    assertThat(world.madvise(AT, PAGE, MADV_PAGEOUT)).isEqualTo("0");
    assertThat(world.madvise(AT, PAGE, MADV_FREE)).isEqualTo("0");
    assertThat(world.madvise(TestAbi.KUSER, PAGE, MADV_DONTFORK)).isEqualTo("0");
    assertThat(world.madvise(TestAbi.KUSER, PAGE, MADV_DOFORK)).isEqualTo("0");
    assertThat(world.madvise(TestAbi.KUSER, PAGE, MADV_DONTNEED)).isEqualTo("0");
  }

  @Test
  void holesArePassedOverAndAnsweredInTheEnd() throws Errno {
    user.putInt(AT + 3 * PAGE, 9);
    assertThat(world.munmap(AT + PAGE, PAGE)).isEqualTo("0");
    assertThat(world.madvise(AT, 0x4000, MADV_DONTNEED)).isEqualTo("ENOMEM");
    assertThat(user.getInt(AT)).isZero();
    assertThat(user.getInt(AT + 3 * PAGE)).isZero();
  }

  @Test
  void lockedMemoryStaysUnlessSaidSo() throws Errno {
    MemoryLock.lock(world.mm, AT, PAGE, 0, world.who);
    assertThat(world.madvise(AT, PAGE, MADV_DONTNEED)).isEqualTo("EINVAL");
    assertThat(world.madvise(AT, PAGE, MADV_FREE)).isEqualTo("EINVAL");
    assertThat(user.getInt(AT)).isEqualTo(7);
    assertThat(world.madvise(AT, PAGE, MADV_DONTNEED_LOCKED)).isEqualTo("0");
    assertThat(user.getInt(AT)).isZero();
  }

  @Test
  void aHoleIsPunchedIntoSharedMemoryOnly() throws Errno {
    assertThat(world.mmap(0, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS)).isEqualTo("2aaa6000");
    user.putInt(0x2aaa_7000, 5);
    assertThat(world.madvise(0x2aaa_7000, PAGE, MADV_FREE)).isEqualTo("EINVAL");
    assertThat(world.madvise(0x2aaa_7000, PAGE, MADV_DONTNEED)).isEqualTo("0");
    assertThat(user.getInt(0x2aaa_7000)).isEqualTo(5);
    assertThat(world.madvise(0x2aaa_7000, PAGE, MADV_REMOVE)).isEqualTo("0");
    assertThat(user.getInt(0x2aaa_7000)).isZero();
    assertThat(world.madvise(AT, PAGE, MADV_REMOVE)).isEqualTo("EINVAL");
  }

  @Test
  void childrenDoNotGetWhatIsNotToBeForked() throws Errno {
    assertThat(world.madvise(AT + PAGE, PAGE, MADV_DONTFORK)).isEqualTo("0");
    Mm child = world.mm.fork();
    assertThat(child.user().getInt(AT)).isEqualTo(7);
    assertThat(MmWorld.result(() -> child.user().getInt(AT + PAGE))).isEqualTo("EFAULT");
    assertThat(child.counters().total()).isEqualTo(world.mm.counters().total() - 1);
    child.release();
    assertThat(world.madvise(AT + PAGE, PAGE, MADV_DOFORK)).isEqualTo("0");
    Mm other = world.mm.fork();
    assertThat(other.user().getInt(AT + PAGE)).isZero();
    other.release();
  }

  @Test
  void childrenFindZerosWhereToBeWiped() throws Errno {
    assertThat(world.madvise(AT, PAGE, MADV_WIPEONFORK)).isEqualTo("0");
    Mm child = world.mm.fork();
    assertThat(child.user().getInt(AT)).isZero();
    Mm grandchild = child.fork();
    child.release();
    grandchild.release();
    assertThat(user.getInt(AT)).isEqualTo(7);
    assertThat(world.madvise(AT, PAGE, MADV_KEEPONFORK)).isEqualTo("0");
    Mm other = world.mm.fork();
    assertThat(other.user().getInt(AT)).isEqualTo(7);
    other.release();
    assertThat(world.mmap(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS)).isEqualTo("2aaa6000");
    assertThat(world.madvise(0x2aaa_6000, PAGE, MADV_WIPEONFORK)).isEqualTo("EINVAL");
  }

  @Test
  void populatingMakesPagesPresent() throws Errno {
    OpenFile file = world.file("/f", "hello");
    assertThat(world.madvise(AT + PAGE, PAGE, MADV_POPULATE_WRITE)).isEqualTo("0");
    assertThat(world.mm.space().isResident(AT + PAGE)).isTrue();
    assertThat(world.mm.space().isResident(AT + 2 * PAGE)).isFalse();
    assertThat(world.madvise(AT, 2 * 0x4000, MADV_POPULATE_READ)).isEqualTo("ENOMEM");
    assertThat(world.mprotect(AT, PAGE, PROT_READ)).isEqualTo("0");
    assertThat(world.madvise(AT, PAGE, MADV_POPULATE_WRITE)).isEqualTo("EINVAL");
    assertThat(world.mprotect(AT, PAGE, PROT_NONE)).isEqualTo("0");
    assertThat(world.madvise(AT, PAGE, MADV_POPULATE_READ)).isEqualTo("EINVAL");
    assertThat(world.mmap(0, 2 * PAGE, RW, MAP_SHARED, file, 0)).isEqualTo("2aaa6000");
    assertThat(world.madvise(0x2aaa_7000, PAGE, MADV_POPULATE_READ)).isEqualTo("EFAULT");
    file.release();
  }

  @Test
  void whatIsNotToBeDumpedIsARegionOfItsOwn() {
    assertThat(world.madvise(AT, PAGE, MADV_DONTDUMP)).isEqualTo("0");
    assertThat(Mm.vma(world.mm.space().regionAt(AT)).has(Vma.DONT_DUMP)).isTrue();
    assertThat(world.maps(AT, AT + 0x4000)).hasSize(2);
    assertThat(world.madvise(AT, PAGE, MADV_DODUMP)).isEqualTo("0");
    assertThat(world.maps(AT, AT + 0x4000)).hasSize(1);
  }
}
