package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MAP_SHARED;
import static dev.forklift.kernel.abi.Mman.MCL_CURRENT;
import static dev.forklift.kernel.abi.Mman.MCL_FUTURE;
import static dev.forklift.kernel.abi.Mman.MCL_ONFAULT;
import static dev.forklift.kernel.abi.Mman.MLOCK_ONFAULT;
import static dev.forklift.kernel.abi.Mman.MS_ASYNC;
import static dev.forklift.kernel.abi.Mman.MS_INVALIDATE;
import static dev.forklift.kernel.abi.Mman.MS_SYNC;
import static dev.forklift.kernel.abi.Mman.PROT_NONE;
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

/// msync(2), mincore(2), mlock(2). The expected results have been seen on Linux 6.12 on nios2.
class ResidenceTest {
  private static final long AT = 0x4600_0000;

  private final MmWorld world = new MmWorld();
  private final Mm mm = world.mm;

  @BeforeEach
  void map() throws Errno {
    var _ = world.map(AT, 0x4000);
    mm.user().putInt(AT, 7);
  }

  @AfterEach
  void end() {
    world.close();
  }

  private String msync(long start, long length, int flags) {
    return MmWorld.ok(() -> MemoryResidence.sync(mm, start, length, flags));
  }

  private String mincore(long start, long length, long vector) {
    return MmWorld.ok(() -> MemoryResidence.report(mm, start, length, vector));
  }

  private String mlock(long start, long length, int flags) {
    return MmWorld.ok(() -> MemoryLock.lock(mm, start, length, flags, world.who));
  }

  private String munlock(long start, long length) {
    return MmWorld.ok(() -> MemoryLock.unlock(mm, start, length));
  }

  private String mlockall(int flags) {
    return MmWorld.ok(() -> MemoryLock.lockAll(mm, flags, world.who));
  }

  @Test
  void synchronisingRefusesInLinuxsOrder() throws Errno {
    OpenFile file = world.file("/f", "hello");
    assertThat(world.mmap(0, 8192, RW, MAP_SHARED, file, 0)).isEqualTo("2aaa6000");
    long base = 0x2aaa_6000;
    assertThat(msync(base, PAGE, MS_SYNC)).isEqualTo("0");
    assertThat(msync(base, PAGE, 8)).isEqualTo("EINVAL");
    assertThat(msync(base, PAGE, MS_SYNC | MS_ASYNC)).isEqualTo("EINVAL");
    assertThat(msync(base + 1, PAGE, MS_SYNC)).isEqualTo("EINVAL");
    assertThat(msync(AT, 0x8000, MS_SYNC)).isEqualTo("ENOMEM");
    assertThat(msync(AT, 0, MS_SYNC)).isEqualTo("0");
    assertThat(msync(base, 0xffff_f001L, MS_SYNC)).isEqualTo("0");
    assertThat(mlock(AT + 0x2000, PAGE, 0)).isEqualTo("0");
    assertThat(msync(AT, 0x4000, MS_INVALIDATE)).isEqualTo("EBUSY");
    file.release();
  }

  @Test
  void presentPagesAreToldFromOthers() throws Errno {
    OpenFile file = world.file("/f", "hello");
    assertThat(world.mmap(0, 8192, RW, MAP_SHARED, file, 0)).isEqualTo("2aaa6000");
    long vector = AT + 100;
    assertThat(mincore(AT, 0x4000, vector)).isEqualTo("0");
    assertThat(mm.user().getInt(vector)).isEqualTo(1);
    assertThat(mincore(0x2aaa_6000, 8192, vector)).isEqualTo("0");
    assertThat(mm.user().getShort(vector)).isEqualTo(1);
    assertThat(mincore(AT, 0x5000, vector)).isEqualTo("ENOMEM");
    assertThat(mincore(AT + 1, PAGE, vector)).isEqualTo("EINVAL");
    assertThat(mincore(AT, PAGE, 16)).isEqualTo("EFAULT");
    assertThat(mincore(AT, 0, vector)).isEqualTo("0");
    assertThat(mincore(0x7fff_0000L, PAGE, vector)).isEqualTo("ENOMEM");
    file.release();
  }

  @Test
  void lockingMakesPresentAndCounts() {
    assertThat(mlock(AT + PAGE + 5, 10, 0)).isEqualTo("0");
    assertThat(mm.space().isResident(AT + PAGE)).isTrue();
    assertThat(mm.counters().locked()).isEqualTo(1);
    assertThat(mlock(AT, 0x4000, MLOCK_ONFAULT)).isEqualTo("0");
    assertThat(mm.counters().locked()).isEqualTo(4);
    assertThat(mm.space().isResident(AT + 2 * PAGE)).isFalse();
    assertThat(munlock(AT, PAGE)).isEqualTo("0");
    assertThat(mm.counters().locked()).isEqualTo(3);
    assertThat(world.munmap(AT, 0x4000)).isEqualTo("0");
    assertThat(mm.counters().locked()).isZero();
  }

  @Test
  void lockingRefusesInLinuxsOrder() {
    assertThat(mlock(AT, 0x8000, 0)).isEqualTo("ENOMEM");
    assertThat(munlock(AT, 0x8000)).isEqualTo("ENOMEM");
    assertThat(world.mprotect(AT, PAGE, PROT_NONE)).isEqualTo("0");
    assertThat(mlock(AT, PAGE, 0)).isEqualTo("ENOMEM");
    assertThat(mlock(AT, PAGE, 2)).isEqualTo("EINVAL");
    assertThat(mlock(AT, 0, 0)).isEqualTo("0");
    assertThat(mlock(AT, 0xffff_f000L, 0)).isEqualTo("EINVAL");
    assertThat(mlockall(0)).isEqualTo("EINVAL");
    assertThat(mlockall(MCL_ONFAULT)).isEqualTo("EINVAL");
    assertThat(mlockall(8)).isEqualTo("EINVAL");
  }

  @Test
  void theLimitHoldsForThoseWithoutTheCapability() {
    world.who = Credentials.of(1000, 1000);
    world.limits.set(ResourceLimits.RLIMIT_MEMLOCK, 2 * PAGE, 2 * PAGE);
    assertThat(mlock(AT, 3 * PAGE, 0)).isEqualTo("ENOMEM");
    assertThat(mlock(AT, 2 * PAGE, 0)).isEqualTo("0");
    assertThat(mlock(AT, 2 * PAGE, 0)).isEqualTo("0");
    assertThat(mlock(AT + 2 * PAGE, PAGE, 0)).isEqualTo("ENOMEM");
    assertThat(mlockall(MCL_CURRENT)).isEqualTo("ENOMEM");
    world.limits.set(ResourceLimits.RLIMIT_MEMLOCK, 0, 0);
    assertThat(mlock(AT, PAGE, 0)).isEqualTo("EPERM");
    assertThat(mlockall(MCL_CURRENT)).isEqualTo("EPERM");
  }

  @Test
  void lockingAllTakesInWhatIsMappedLater() {
    assertThat(mlockall(MCL_CURRENT | MCL_FUTURE)).isEqualTo("0");
    // All but the kernel's own page.
    assertThat(mm.counters().locked()).isEqualTo(mm.counters().total() - 1);
    assertThat(world.mmap(0, 2 * PAGE, RW, ANONYMOUS)).isEqualTo("2aaa6000");
    assertThat(mm.space().isResident(0x2aaa_7000)).isTrue();
    assertThat(mm.counters().locked()).isEqualTo(mm.counters().total() - 1);
    MemoryLock.unlockAll(mm);
    assertThat(mm.counters().locked()).isZero();
    assertThat(world.mmap(0, PAGE, RW, ANONYMOUS)).isEqualTo("2aaa8000");
    assertThat(mm.counters().locked()).isZero();
  }

  @Test
  void childrenInheritNoLocks() throws Errno {
    assertThat(mlockall(MCL_CURRENT | MCL_FUTURE)).isEqualTo("0");
    Mm child = mm.fork();
    assertThat(child.counters().locked()).isZero();
    assertThat(child.mmap(MmapRequest.anonymous(PAGE, RW), null, world.who)).isPositive();
    assertThat(child.counters().locked()).isZero();
    child.release();
  }
}
