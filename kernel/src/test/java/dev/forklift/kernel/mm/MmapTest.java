package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MAP_ANONYMOUS;
import static dev.forklift.kernel.abi.Mman.MAP_FIXED;
import static dev.forklift.kernel.abi.Mman.MAP_FIXED_NOREPLACE;
import static dev.forklift.kernel.abi.Mman.MAP_GROWSDOWN;
import static dev.forklift.kernel.abi.Mman.MAP_LOCKED;
import static dev.forklift.kernel.abi.Mman.MAP_NORESERVE;
import static dev.forklift.kernel.abi.Mman.MAP_PRIVATE;
import static dev.forklift.kernel.abi.Mman.MAP_SHARED;
import static dev.forklift.kernel.abi.Mman.MAP_SHARED_VALIDATE;
import static dev.forklift.kernel.abi.Mman.MAP_SYNC;
import static dev.forklift.kernel.abi.Mman.PROT_EXEC;
import static dev.forklift.kernel.abi.Mman.PROT_NONE;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.abi.Mman.PROT_WRITE;
import static dev.forklift.kernel.mm.MmWorld.ANONYMOUS;
import static dev.forklift.kernel.mm.MmWorld.PAGE;
import static dev.forklift.kernel.mm.MmWorld.RW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.OpenFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// mmap(2). The expected results have been seen on Linux 6.12 on nios2.
class MmapTest {
  private final MmWorld world = new MmWorld();

  @AfterEach
  void end() {
    world.close();
  }

  @Nested
  class Places {
    @Test
    void firstMappingGoesToTheBaseAndTheNextOnesRightAboveIt() {
      assertThat(world.mmap(0, 1, RW, ANONYMOUS)).isEqualTo("2aaa6000");
      assertThat(world.mmap(0, 5000, RW, ANONYMOUS)).isEqualTo("2aaa7000");
      assertThat(world.mmap(0, PAGE, RW, ANONYMOUS)).isEqualTo("2aaa9000");
      assertThat(world.maps(0x2000_0000, 0x7000_0000)).containsExactly("2aaa6000-2aaaa000 rw-p");
    }

    @Test
    void theLowestHoleThatIsLargeEnoughIsTaken() {
      assertThat(world.mmap(0, 0x10000, RW, ANONYMOUS)).isEqualTo("2aaa6000");
      assertThat(world.munmap(0x2aaa_8000, 0x2000)).isEqualTo("0");
      assertThat(world.munmap(0x2aab_0000, 0x4000)).isEqualTo("0");
      assertThat(world.mmap(0, 0x3000, RW, ANONYMOUS)).isEqualTo("2aab0000");
      assertThat(world.mmap(0, 0x2000, RW, ANONYMOUS)).isEqualTo("2aaa8000");
      assertThat(world.mmap(0, 0x2000, RW, ANONYMOUS)).isEqualTo("2aab6000");
      assertThat(world.mmap(0, 0x1000, RW, ANONYMOUS)).isEqualTo("2aab3000");
    }

    @Test
    void aHoleThatOpensBelowTheLastSearchIsFound() {
      for (int i = 0; i < 10; i++) {
        assertThat(world.mmap(0, PAGE, i % 2 == 0 ? RW : PROT_READ, ANONYMOUS))
            .isEqualTo("%x".formatted(0x2aaa_6000 + i * PAGE));
      }
      assertThat(world.munmap(0x2aaa_7000, 2 * PAGE)).isEqualTo("0");
      assertThat(world.mmap(0, 3 * PAGE, RW, ANONYMOUS)).isEqualTo("2aab0000");
      assertThat(world.munmap(0x2aaa_9000, PAGE)).isEqualTo("0");
      assertThat(world.mmap(0, 3 * PAGE, RW, ANONYMOUS)).isEqualTo("2aaa7000");
    }

    @Test
    void hintsAreRoundedDownAndFollowedWhereThereIsRoom() {
      assertThat(world.mmap(5, PAGE, RW, ANONYMOUS)).isEqualTo("2aaa6000");
      assertThat(world.mmap(0x3000_0123, PAGE, RW, ANONYMOUS)).isEqualTo("30000000");
      assertThat(world.mmap(0x3000_0000, PAGE, RW, ANONYMOUS)).isEqualTo("2aaa7000");
      assertThat(world.mmap(0x9000_0000L, PAGE, RW, ANONYMOUS)).isEqualTo("2aaa8000");
    }

    @Test
    void fixedPlacesReplaceWhatIsThereUnlessToldNotTo() throws Errno {
      world.map(0x3000_1000, PAGE);
      world.mm.user().putInt(0x3000_1000, 7);
      assertThat(world.mmap(0x3000_1000, PAGE, RW, ANONYMOUS | MAP_FIXED_NOREPLACE))
          .isEqualTo("EEXIST");
      assertThat(world.mmap(0x3000_3000, PAGE, RW, ANONYMOUS | MAP_FIXED_NOREPLACE))
          .isEqualTo("30003000");
      world.map(0x3000_1000, PAGE);
      assertThat(world.mm.user().getInt(0x3000_1000)).isZero();
    }

    @Test
    void pageZeroIsForTheSuperuserOnly() {
      assertThat(world.mmap(0, PAGE, RW, ANONYMOUS | MAP_FIXED)).isEqualTo("0");
      assertThat(world.munmap(0, PAGE)).isEqualTo("0");
      world.who = Credentials.of(1000, 1000);
      assertThat(world.mmap(0, PAGE, RW, ANONYMOUS | MAP_FIXED)).isEqualTo("EPERM");
    }

    @Test
    void theDistanceBelowAGrowingRegionIsKeptFree() throws Errno {
      assertThat(world.mmap(0x3800_0000, PAGE, RW, ANONYMOUS | MAP_GROWSDOWN))
          .isEqualTo("38000000");
      assertThat(world.mmap(0x37ff_e000, PAGE, RW, ANONYMOUS)).isEqualTo("2aaa6000");
      assertThat(world.mmap(0x37ef_f000, PAGE, RW, ANONYMOUS)).isEqualTo("37eff000");
    }

    @Test
    void largeSpacesAreFilledDownwards() {
      try (MmWorld large = new MmWorld(TestAbi.large())) {
        assertThat(large.mmap(0, 1, RW, ANONYMOUS)).isEqualTo("efffffe000");
        assertThat(large.mmap(0, 0x4000, RW, ANONYMOUS)).isEqualTo("efffffa000");
        assertThat(large.munmap(0xef_ffff_c000L, 0x2000)).isEqualTo("0");
        assertThat(large.mmap(0, 0x4000, RW, ANONYMOUS)).isEqualTo("efffff6000");
        assertThat(large.mmap(0, 0x2000, RW, ANONYMOUS)).isEqualTo("efffffc000");
        assertThat(large.mmap(-8192, 0x2000, RW, ANONYMOUS | MAP_FIXED)).isEqualTo("ENOMEM");
        assertThat(large.mmap(0, -8192, RW, ANONYMOUS)).isEqualTo("ENOMEM");
        assertThat(large.mmap(0, -1, RW, ANONYMOUS)).isEqualTo("ENOMEM");
      }
    }
  }

  @Nested
  class Refusals {
    @Test
    void lengthsThatCannotBe() {
      assertThat(world.mmap(0, 0, RW, ANONYMOUS)).isEqualTo("EINVAL");
      assertThat(world.mmap(0, 0xffff_f001L, RW, ANONYMOUS)).isEqualTo("ENOMEM");
      assertThat(world.mmap(0, 0xc000_0000L, RW, ANONYMOUS)).isEqualTo("ENOMEM");
      assertThat(world.mmap(0, 0x7ffe_0000L, RW, ANONYMOUS)).isEqualTo("ENOMEM");
      assertThat(world.mmap(0, 0x4000_0000L, PROT_NONE, ANONYMOUS)).isEqualTo("2aaa6000");
    }

    @Test
    void writableMemoryOfMoreThanThereIsInAll() {
      assertThat(world.mmap(0, 0x4000_0000L, RW, ANONYMOUS)).isEqualTo("ENOMEM");
      assertThat(world.mmap(0, 0x4000_0000L, RW, ANONYMOUS | MAP_NORESERVE)).isEqualTo("2aaa6000");
    }

    @Test
    void placesThatCannotBe() {
      assertThat(world.mmap(0x3000_0001, PAGE, RW, ANONYMOUS | MAP_FIXED)).isEqualTo("EINVAL");
      assertThat(world.mmap(0x7fff_0000L, PAGE, RW, ANONYMOUS | MAP_FIXED)).isEqualTo("ENOMEM");
    }

    @Test
    void kindsThatCannotBe() {
      assertThat(world.mmap(0, PAGE, RW, MAP_ANONYMOUS)).isEqualTo("EINVAL");
      assertThat(world.mmap(0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS)).isEqualTo("EINVAL");
      assertThat(world.mmap(0, PAGE, RW, 8 | MAP_ANONYMOUS)).isEqualTo("EOPNOTSUPP");
      assertThat(world.mmap(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN))
          .isEqualTo("EINVAL");
    }

    @Test
    void offsetsThatCannotBe() throws Errno {
      OpenFile file = world.file("/f", "hello");
      assertThat(world.mmap(0, 8192, PROT_READ, MAP_PRIVATE, file, 0xffff_ffffL))
          .isEqualTo("EOVERFLOW");
      assertThat(world.mmap(0, 4096, PROT_READ, MAP_PRIVATE, file, 0xffff_fffeL))
          .isEqualTo("2aaa6000");
      assertThat(world.mmap(0, 4096, PROT_READ, ANONYMOUS, null, 0xffff_ffffL))
          .isEqualTo("EOVERFLOW");
      file.release();
    }

    @Test
    void moreThanTheLimitOfTheAddressSpace() throws Errno {
      long used = world.mm.counters().total() * PAGE;
      world.limits.set(ResourceLimits.RLIMIT_AS, used + 3 * PAGE, used + 3 * PAGE);
      assertThat(world.mmap(0, 4 * PAGE, RW, ANONYMOUS)).isEqualTo("ENOMEM");
      assertThat(world.mmap(0, 3 * PAGE, RW, ANONYMOUS)).isEqualTo("2aaa6000");
      assertThat(world.mmap(0, PAGE, RW, ANONYMOUS)).isEqualTo("ENOMEM");
      assertThat(world.mmap(0x2aaa_6000, 3 * PAGE, RW, ANONYMOUS | MAP_FIXED))
          .isEqualTo("2aaa6000");
    }

    @Test
    void moreDataThanTheLimitOfData() {
      world.limits.set(ResourceLimits.RLIMIT_DATA, 2 * PAGE, 2 * PAGE);
      assertThat(world.mmap(0, 3 * PAGE, RW, ANONYMOUS)).isEqualTo("ENOMEM");
      assertThat(world.mmap(0, 3 * PAGE, PROT_READ, ANONYMOUS)).isEqualTo("2aaa6000");
      assertThat(world.mmap(0, 3 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS)).isEqualTo("2aaa9000");
      assertThat(world.mprotect(0x2aaa_6000, 3 * PAGE, RW)).isEqualTo("ENOMEM");
      assertThat(world.mprotect(0x2aaa_6000, 2 * PAGE, RW)).isEqualTo("0");
    }

    @Test
    void moreLockedThanTheLimitUnlessOneMay() {
      world.limits.set(ResourceLimits.RLIMIT_MEMLOCK, PAGE, PAGE);
      world.who = Credentials.of(1000, 1000);
      assertThat(world.mmap(0, 2 * PAGE, RW, ANONYMOUS | MAP_LOCKED)).isEqualTo("EAGAIN");
      world.limits.set(ResourceLimits.RLIMIT_MEMLOCK, 0, 0);
      assertThat(world.mmap(0, 2 * PAGE, RW, ANONYMOUS | MAP_LOCKED)).isEqualTo("EPERM");
      world.who = Credentials.of(0, 0);
      assertThat(world.mmap(0, 2 * PAGE, RW, ANONYMOUS | MAP_LOCKED)).isEqualTo("2aaa6000");
      assertThat(world.mm.counters().locked()).isEqualTo(2);
    }
  }

  @Nested
  class Files {
    @Test
    void contentsAreSeenAndWhatLiesBehindTheLastPageIsABusError() throws Errno {
      OpenFile file = world.file("/f", "hello");
      assertThat(world.mmap(0, 8192, RW, MAP_SHARED, file, 0)).isEqualTo("2aaa6000");
      assertThat(world.mm.user().readString(0x2aaa_6000, 100)).isEqualTo("hello");
      assertThat(world.load(0x2aaa_7000)).isEqualTo("signal 7 code 2 at +0");
      assertThat(MmWorld.result(() -> world.mm.user().getByte(0x2aaa_7000))).isEqualTo("EFAULT");
      file.release();
    }

    @Test
    void sharedStoresReachTheFileAndPrivateOnesDoNot() throws Errno {
      OpenFile file = world.file("/f", "hello");
      assertThat(world.mmap(0, PAGE, RW, MAP_SHARED, file, 0)).isEqualTo("2aaa6000");
      assertThat(world.mmap(0, PAGE, RW, MAP_PRIVATE, file, 0)).isEqualTo("2aaa7000");
      world.mm.user().putByte(0x2aaa_6000, 'J');
      world.mm.user().putByte(0x2aaa_7001, 'u');
      assertThat(world.world.read("/f")).isEqualTo("Jello");
      assertThat(world.mm.user().readString(0x2aaa_7000, 100)).isEqualTo("Jullo");
      file.release();
    }

    @Test
    void modesOfOpeningDecideWhatMayBeMapped() throws Errno {
      OpenFile reading = world.file("/f", "hello", OpenFlags.O_RDONLY);
      OpenFile writing = world.world.open("/f", OpenFlags.O_WRONLY);
      assertThat(world.mmap(0, PAGE, RW, MAP_SHARED, reading, 0)).isEqualTo("EACCES");
      assertThat(world.mmap(0, PAGE, PROT_READ, MAP_SHARED, reading, 0)).isEqualTo("2aaa6000");
      assertThat(world.mprotect(0x2aaa_6000, PAGE, RW)).isEqualTo("EACCES");
      assertThat(world.mmap(0, PAGE, RW, MAP_PRIVATE, reading, 0)).isEqualTo("2aaa7000");
      assertThat(world.mmap(0, PAGE, PROT_READ, MAP_PRIVATE, writing, 0)).isEqualTo("EACCES");
      assertThat(world.mmap(0, PAGE, PROT_WRITE, MAP_SHARED, writing, 0)).isEqualTo("EACCES");
      reading.release();
      writing.release();
    }

    @Test
    void unknownFlagsAreIgnoredExceptWhereTheyAreValidated() throws Errno {
      OpenFile file = world.file("/f", "hello");
      int unknown = 0x80_0000;
      assertThat(world.mmap(0, PAGE, RW, MAP_SHARED | unknown, file, 0)).isEqualTo("2aaa6000");
      assertThat(world.mmap(0, PAGE, RW, MAP_SHARED_VALIDATE | unknown, file, 0))
          .isEqualTo("EOPNOTSUPP");
      assertThat(world.mmap(0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_SYNC, file, 0))
          .isEqualTo("EOPNOTSUPP");
      assertThat(world.mmap(0, PAGE, RW, MAP_SHARED_VALIDATE, file, 0)).isEqualTo("2aaa7000");
      assertThat(world.mmap(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, file, 0))
          .isEqualTo("EINVAL");
      file.release();
    }

    @Test
    void directoriesCannotBeMapped() throws Errno {
      world.world.mkdir("/d");
      OpenFile directory = world.world.open("/d", OpenFlags.O_RDONLY);
      assertThat(world.mmap(0, PAGE, PROT_READ, MAP_PRIVATE, directory, 0)).isEqualTo("ENODEV");
      directory.release();
    }

    @Test
    void nothingOnAMountWithoutExecutionBecomesExecutable() throws Errno {
      OpenFile file = world.file("/f", "hello");
      file.path().mount().setFlags(MountFlags.MS_NOEXEC);
      assertThat(world.mmap(0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0))
          .isEqualTo("EPERM");
      assertThat(world.mmap(0, PAGE, PROT_READ, MAP_PRIVATE, file, 0)).isEqualTo("2aaa6000");
      assertThat(world.mprotect(0x2aaa_6000, PAGE, PROT_EXEC)).isEqualTo("EACCES");
      file.release();
    }

    @Test
    void aMappingKeepsTheFileOpenUntilItsLastPageGoes() throws Errno {
      OpenFile file = world.file("/f", "hello");
      assertThat(world.mmap(0, 4 * PAGE, RW, MAP_SHARED, file, 0)).isEqualTo("2aaa6000");
      file.release();
      assertThat(file.inode().hasWriters()).isTrue();
      assertThat(world.munmap(0x2aaa_7000, PAGE)).isEqualTo("0");
      assertThat(world.mprotect(0x2aaa_6000, PAGE, PROT_READ)).isEqualTo("0");
      assertThat(world.mremap(0x2aaa_8000, PAGE, PAGE, 3, 0x5000_0000)).isEqualTo("50000000");
      assertThat(world.munmap(0x2aaa_6000, 4 * PAGE)).isEqualTo("0");
      assertThat(file.inode().hasWriters()).isTrue();
      assertThat(world.munmap(0x5000_0000, PAGE)).isEqualTo("0");
      assertThat(file.inode().hasWriters()).isFalse();
    }

    @Test
    void aTruncatedFileIsABusErrorWhereItEnded() throws Errno {
      OpenFile file = world.file("/f", "x".repeat(8192));
      assertThat(world.mmap(0, 8192, RW, MAP_SHARED, file, 0)).isEqualTo("2aaa6000");
      assertThat(world.store(0x2aaa_7000)).isEqualTo("ok");
      file.setSize(world.world.caller, 100);
      assertThat(world.store(0x2aaa_7000)).isEqualTo("signal 7 code 2 at +0");
      assertThat(world.load(0x2aaa_6000)).isEqualTo("ok");
      file.release();
    }
  }

  @Test
  void sharedAnonymousMemoryIsAFileWithoutAName() throws Errno {
    assertThat(world.mmap(0, 8192, RW, MAP_SHARED | MAP_ANONYMOUS)).isEqualTo("2aaa6000");
    assertThat(world.mm.nameOf(world.mm.space().regionAt(0x2aaa_6000)))
        .isEqualTo("/dev/zero (deleted)");
    Mm child = world.mm.fork();
    child.user().putInt(0x2aaa_6000, 9);
    assertThat(world.mm.user().getInt(0x2aaa_6000)).isEqualTo(9);
    child.release();
  }

  @Test
  void everythingIsGivenBackInTheEnd() throws Errno {
    long before = world.world.budget.used();
    Mm mm = Mm.create(world.spaces, world.limits, world.who.userNamespace());
    OpenFile file = world.file("/f", "x".repeat(10_000));
    long fileBytes = world.world.budget.used();
    MmapRequest shared = new MmapRequest(0, 1 << 20, RW, MAP_SHARED | MAP_ANONYMOUS | 0x8000, 0);
    MmapRequest mapped = new MmapRequest(0, 10_000, RW, MAP_PRIVATE | 0x8000, 0);
    long one = mm.mmap(shared, null, world.who);
    long two = mm.mmap(mapped, file, world.who);
    mm.user().putInt(one, 1);
    mm.user().putInt(two, 1);
    Mm child = mm.fork();
    child.user().putInt(one, 2);
    child.user().putInt(two, 2);
    assertThat(world.world.budget.used()).isGreaterThan(fileBytes + (1 << 20));
    mm.release();
    assertThat(child.user().getInt(one)).isEqualTo(2);
    child.release();
    file.release();
    world.world.unlink("/f");
    assertThat(world.world.budget.used()).isEqualTo(before);
  }

  @Test
  void moreRegionsThanAllowedAreRefusedAndTheJvmLives() {
    int made = 0;
    for (long at = 0x1000_0000; made < Mm.MAX_MAP_COUNT + 10; at += 2 * PAGE) {
      if (!world.mmap(at, PAGE, PROT_READ, ANONYMOUS | MAP_FIXED).equals("%x".formatted(at))) {
        break;
      }
      made++;
    }
    assertThat(made).isBetween(Mm.MAX_MAP_COUNT - 5, Mm.MAX_MAP_COUNT + 1);
    assertThat(world.mmap(0, PAGE, PROT_READ, ANONYMOUS)).isEqualTo("ENOMEM");
    assertThat(world.munmap(0x1000_0000, 0x3000_0000)).isEqualTo("0");
    assertThat(world.mmap(0, PAGE, PROT_READ, ANONYMOUS)).isEqualTo("2aaa6000");
  }
}
