package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MAP_ANONYMOUS;
import static dev.forklift.kernel.abi.Mman.MAP_FIXED;
import static dev.forklift.kernel.abi.Mman.MAP_PRIVATE;
import static dev.forklift.kernel.abi.Mman.MAP_SHARED;
import static dev.forklift.kernel.abi.Mman.MREMAP_DONTUNMAP;
import static dev.forklift.kernel.abi.Mman.MREMAP_FIXED;
import static dev.forklift.kernel.abi.Mman.MREMAP_MAYMOVE;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.mm.MmWorld.ANONYMOUS;
import static dev.forklift.kernel.mm.MmWorld.PAGE;
import static dev.forklift.kernel.mm.MmWorld.RW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.OpenFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// mremap(2). The expected results have been seen on Linux 6.12 on nios2.
class MremapTest {
  private static final long AT = 0x4000_0000;
  private static final int MOVE_TO = MREMAP_MAYMOVE | MREMAP_FIXED;
  private static final int MOVE_AND_KEEP = MREMAP_MAYMOVE | MREMAP_DONTUNMAP;

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
  void itShrinksAndGrowsInPlaceWhereItCan() {
    assertThat(world.mremap(AT, 0x4000, 0x2000, 0)).isEqualTo("40000000");
    assertThat(world.maps(AT, AT + 0x1_0000)).containsExactly("40000000-40002000 rw-p");
    assertThat(world.mremap(AT, 0x2000, 0x3000, 0)).isEqualTo("40000000");
    assertThat(world.maps(AT, AT + 0x1_0000)).containsExactly("40000000-40003000 rw-p");
  }

  @Test
  void itMovesWhereItMustAndMay() throws Errno {
    assertThat(world.mmap(AT + 0x4000, PAGE, PROT_READ, ANONYMOUS | MAP_FIXED))
        .isEqualTo("40004000");
    assertThat(world.mremap(AT, 0x4000, 0x5000, 0)).isEqualTo("ENOMEM");
    assertThat(world.mremap(AT, 0x4000, 0x5000, MREMAP_MAYMOVE)).isEqualTo("2aaa6000");
    assertThat(user.getInt(0x2aaa_6000)).isEqualTo(7);
    assertThat(world.maps(0x2000_0000, AT + 0x1_0000))
        .containsExactly("2aaa6000-2aaab000 rw-p", "40004000-40005000 r--p");
  }

  @Test
  void aPartFromTheMiddleMovesAlone() throws Errno {
    user.putInt(AT + PAGE, 8);
    assertThat(world.mremap(AT + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE)).isEqualTo("2aaa6000");
    assertThat(user.getInt(0x2aaa_6000)).isEqualTo(8);
    assertThat(world.maps(AT, AT + 0x1_0000))
        .containsExactly("40000000-40001000 rw-p", "40002000-40004000 rw-p");
  }

  @Test
  void itMovesToAFixedPlaceOverWhatIsThere() throws Errno {
    var _ = world.map(0x4100_0000, 0x8000);
    assertThat(world.mremap(AT, 0x4000, 0x2000, MOVE_TO, 0x4100_0000)).isEqualTo("41000000");
    assertThat(user.getInt(0x4100_0000)).isEqualTo(7);
    assertThat(world.maps(AT, 0x4200_0000)).containsExactly("41000000-41008000 rw-p");
  }

  @Test
  void refusalsComeInLinuxsOrder() {
    assertThat(world.mremap(AT, PAGE, PAGE, 8)).isEqualTo("EINVAL");
    assertThat(world.mremap(AT, PAGE, PAGE, MREMAP_FIXED, 0x4100_0000)).isEqualTo("EINVAL");
    assertThat(world.mremap(AT + 1, PAGE, PAGE, MREMAP_MAYMOVE)).isEqualTo("EINVAL");
    assertThat(world.mremap(AT, PAGE, 0, MREMAP_MAYMOVE)).isEqualTo("EINVAL");
    assertThat(world.mremap(0x5100_0000, PAGE, 8192, MREMAP_MAYMOVE)).isEqualTo("EFAULT");
    assertThat(world.mremap(0x5100_0000, PAGE, PAGE, 0)).isEqualTo("EFAULT");
    assertThat(world.mremap(AT, 0x4000, 0x4000, MOVE_TO, AT + PAGE)).isEqualTo("EINVAL");
    assertThat(world.mremap(AT, 0x4000, 0x4000, MOVE_TO, 0x4100_0001)).isEqualTo("EINVAL");
    assertThat(world.mremap(AT, 0x4000, 0x4000, MOVE_TO, 0x7fff_0000L)).isEqualTo("EINVAL");
    assertThat(world.mremap(AT, 0, PAGE, MREMAP_MAYMOVE)).isEqualTo("EINVAL");
    assertThat(world.mremap(AT, 0x8000, 0x9000, MREMAP_MAYMOVE)).isEqualTo("EFAULT");
    assertThat(world.mremap(AT, 0x8000, 0x8000, MREMAP_MAYMOVE)).isEqualTo("40000000");
    assertThat(world.mremap(AT, 0x4000, 0xffff_f001L, MREMAP_MAYMOVE)).isEqualTo("EINVAL");
    assertThat(world.mremap(AT, 0x4000, 0xc000_0000L, MREMAP_MAYMOVE)).isEqualTo("ENOMEM");
    assertThat(world.mremap(TestAbi.KUSER, PAGE, 2 * PAGE, MREMAP_MAYMOVE)).isEqualTo("EFAULT");
  }

  @Test
  void limitsHoldForWhatItGrowsBy() {
    long used = world.mm.counters().total() * PAGE;
    world.limits.set(ResourceLimits.RLIMIT_AS, used + PAGE, used + PAGE);
    assertThat(world.mremap(AT, 0x4000, 0x6000, MREMAP_MAYMOVE)).isEqualTo("ENOMEM");
    assertThat(world.mremap(AT, 0x4000, 0x5000, MREMAP_MAYMOVE)).isEqualTo("40000000");
    world.limits.set(ResourceLimits.RLIMIT_MEMLOCK, 0x5000, 0x5000);
    world.who = Credentials.of(1000, 1000);
    assertThat(MmWorld.ok(() -> MemoryLock.lock(world.mm, AT, 0x5000, 0, world.who)))
        .isEqualTo("0");
    assertThat(world.mremap(AT, 0x5000, 0x6000, MREMAP_MAYMOVE)).isEqualTo("EAGAIN");
  }

  @Test
  void keepingTheOldPlaceLeavesItEmptyBehind() throws Errno {
    assertThat(world.mremap(AT, 0x4000, 0x4000, MOVE_AND_KEEP)).isEqualTo("2aaa6000");
    assertThat(user.getInt(0x2aaa_6000)).isEqualTo(7);
    assertThat(user.getInt(AT)).isZero();
    assertThat(world.maps(0x2000_0000, 0x5000_0000))
        .containsExactly("2aaa6000-2aaaa000 rw-p", "40000000-40004000 rw-p");
    assertThat(world.mremap(AT, 0x4000, 0x2000, MOVE_AND_KEEP)).isEqualTo("EINVAL");
  }

  @Test
  void sharedMemoryOfLengthZeroIsMappedASecondTime() throws Errno {
    assertThat(world.mmap(0, 0x2000, RW, MAP_SHARED | MAP_ANONYMOUS)).isEqualTo("2aaa6000");
    user.putInt(0x2aaa_7000, 5);
    assertThat(world.mremap(0x2aaa_7000, 0, PAGE, MREMAP_MAYMOVE)).isEqualTo("2aaa8000");
    assertThat(user.getInt(0x2aaa_8000)).isEqualTo(5);
    user.putInt(0x2aaa_8000, 6);
    assertThat(user.getInt(0x2aaa_7000)).isEqualTo(6);
  }

  @Test
  void sharedMemoryGrowsBeyondItsEndIntoBusErrors() {
    assertThat(world.mmap(0, 0x2000, RW, MAP_SHARED | MAP_ANONYMOUS)).isEqualTo("2aaa6000");
    assertThat(world.mremap(0x2aaa_6000, 0x2000, 0x4000, MREMAP_MAYMOVE)).isEqualTo("2aaa6000");
    assertThat(world.store(0x2aaa_7000)).isEqualTo("ok");
    assertThat(world.store(0x2aaa_9000)).isEqualTo("signal 7 code 2 at +0");
  }

  @Test
  void aMovedFileMappingGrowsIntoTheFile() throws Errno {
    OpenFile file = world.file("/f", "a".repeat(4096) + "b".repeat(4096) + "c".repeat(4096));
    assertThat(world.mmap(0, 0x2000, RW, MAP_PRIVATE, file, 0)).isEqualTo("2aaa6000");
    assertThat(world.mmap(0x2aaa_8000, PAGE, RW, ANONYMOUS)).isEqualTo("2aaa8000");
    assertThat(world.mremap(0x2aaa_7000, 0x1000, 0x2000, MREMAP_MAYMOVE)).isEqualTo("2aaa9000");
    assertThat(user.getByte(0x2aaa_9000)).isEqualTo('b');
    assertThat(user.getByte(0x2aaa_a000)).isEqualTo('c');
    file.release();
  }
}
