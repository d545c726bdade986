package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MAP_ANONYMOUS;
import static dev.forklift.kernel.abi.Mman.MAP_FIXED;
import static dev.forklift.kernel.abi.Mman.MAP_PRIVATE;
import static dev.forklift.kernel.abi.Mman.MAP_SHARED;
import static dev.forklift.kernel.abi.Mman.MREMAP_FIXED;
import static dev.forklift.kernel.abi.Mman.MREMAP_MAYMOVE;
import static dev.forklift.kernel.mm.MmWorld.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.memory.Region;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.OpenFile;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is counted while regions change always equals what counting them anew gives.
class CountersTest {
  private static final long AT = 0x4000_0000;
  private static final int PAGES = 40;

  private final MmWorld world = new MmWorld();

  @AfterEach
  void end() {
    world.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomCallsKeepTheCountersRight(long seed) throws Errno {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    OpenFile one = world.file("/one", "1");
    OpenFile two = world.file("/two", "2");
    Mm mm = Mm.create(world.spaces, world.limits, world.who.userNamespace());
    for (int step = 0; step < 600; step++) {
      call(mm, random, random.nextBoolean() ? one : two);
      if (step % 40 == 0) {
        Mm child = mm.fork();
        check(child, "child at step " + step);
        child.release();
      }
      check(mm, "step " + step);
    }
    mm.release();
    one.release();
    two.release();
    assertThat(one.inode().hasWriters() || two.inode().hasWriters()).isFalse();
  }

  private static void check(Mm mm, String when) {
    long total = 0;
    long data = 0;
    long locked = 0;
    Set<OpenFile> files = new HashSet<>();
    List<Region> regions = mm.regions();
    for (Region region : regions) {
      long pages = region.length() / PAGE;
      Vma vma = Mm.vma(region);
      total += pages;
      data +=
          VmaMap.isData(region.protection(), region.shared(), vma)
                  && ((region.protection() & 4) == 0 || (region.protection() & 2) != 0)
              ? pages
              : 0;
      locked += vma.has(Vma.LOCKED) ? pages : 0;
      if (vma.file() != null) {
        files.add(vma.file());
      }
    }
    assertThat(mm.map().count()).as(when).isEqualTo(regions.size());
    assertThat(mm.counters().total()).as(when).isEqualTo(total);
    assertThat(mm.counters().data()).as(when).isEqualTo(data);
    assertThat(mm.counters().locked()).as(when).isEqualTo(locked);
    assertThat(mm.map().files()).as(when).isEqualTo(files);
  }

  private void call(Mm mm, RandomGenerator random, OpenFile file) {
    long start = AT + random.nextInt(PAGES) * PAGE;
    long length = (1 + random.nextInt(8)) * PAGE;
    int protection = random.nextInt(8);
    var _ =
        switch (random.nextInt(9)) {
          case 0, 1 -> {
            int kind = random.nextBoolean() ? MAP_SHARED : MAP_PRIVATE;
            int flags = kind | MAP_ANONYMOUS | MAP_FIXED;
            MmapRequest request = new MmapRequest(start, length, protection, flags, 0);
            yield MmWorld.result(() -> mm.mmap(request, null, world.who));
          }
          case 2, 3 -> {
            int kind = random.nextBoolean() ? MAP_SHARED : MAP_PRIVATE;
            long offset = random.nextInt(3);
            MmapRequest request =
                new MmapRequest(start, length, protection, kind | MAP_FIXED, offset);
            yield MmWorld.result(() -> mm.mmap(request, file, world.who));
          }
          case 4 -> MmWorld.ok(() -> mm.munmap(start, length));
          case 5 -> MmWorld.ok(() -> Mprotect.protect(mm, start, length, protection));
          case 6 -> {
            long to = AT + random.nextInt(PAGES) * PAGE;
            long newLength = (1 + random.nextInt(8)) * PAGE;
            int flags = random.nextBoolean() ? MREMAP_MAYMOVE | MREMAP_FIXED : MREMAP_MAYMOVE;
            yield MmWorld.result(
                () -> Mremap.remap(mm, world.who, start, length, newLength, flags, to));
          }
          case 7 -> MmWorld.ok(() -> MemoryLock.lock(mm, start, length, 0, world.who));
          default -> MmWorld.ok(() -> MemoryLock.unlock(mm, start, length));
        };
  }
}
