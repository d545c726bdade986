package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MAP_FIXED;
import static dev.forklift.kernel.abi.Mman.MAP_GROWSDOWN;
import static dev.forklift.kernel.abi.Mman.PROT_GROWSDOWN;
import static dev.forklift.kernel.abi.Mman.PROT_NONE;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.mm.MmWorld.ANONYMOUS;
import static dev.forklift.kernel.mm.MmWorld.PAGE;
import static dev.forklift.kernel.mm.MmWorld.RW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StackTest {
  private static final long TOP = 0x7fff_0000L;
  private static final long BOTTOM = TOP - 0x2_2000;

  private final MmWorld world = new MmWorld();
  private final Mm mm = world.mm;

  @AfterEach
  void end() {
    world.close();
  }

  @Test
  void itGrowsToThePageThatIsTouched() {
    assertThat(world.store(BOTTOM - 1)).isEqualTo("ok");
    assertThat(world.maps(BOTTOM - PAGE, TOP)).containsExactly("7ffcd000-7fff0000 rw-p");
    assertThat(world.load(BOTTOM - 0x2_0000)).isEqualTo("ok");
    assertThat(world.maps(BOTTOM - 0x2_0000, TOP)).containsExactly("7ffae000-7fff0000 rw-p");
    assertThat(mm.counters().stack()).isEqualTo(0x42);
  }

  @Test
  void itGrowsUnderTheKernelsOwnAccesses() throws Errno {
    byte[] bytes = new byte[3 * (int) PAGE];
    mm.user().write(BOTTOM - bytes.length, bytes);
    assertThat(mm.user().readUpTo(BOTTOM - 5 * PAGE, bytes, 0, 10)).isEqualTo(10);
    mm.user().putInt(BOTTOM - 9 * PAGE, 5);
    assertThat(mm.user().compareExchangeInt(BOTTOM - 10 * PAGE, 0, 1)).isZero();
  }

  @Test
  void itGrowsNoFurtherThanItsLimit() {
    assertThat(world.store(TOP - (8 << 20))).isEqualTo("ok");
    assertThat(world.store(TOP - (8 << 20) - 1)).isEqualTo("signal 11 code 1 at +0");
    world.limits.set(ResourceLimits.RLIMIT_STACK, 9 << 20, 9 << 20);
    assertThat(world.store(TOP - (8 << 20) - 1)).isEqualTo("ok");
  }

  @Test
  void itGrowsNoFurtherThanTheLimitOfTheAddressSpace() {
    world.limits.set(ResourceLimits.RLIMIT_AS, 1 << 20, 1 << 20);
    assertThat(world.store(TOP - (2 << 20))).isEqualTo("signal 11 code 1 at +0");
  }

  @Test
  void itKeepsItsDistanceFromWhatLiesBelow() throws Errno {
    long other = world.map(BOTTOM - (2 << 20), PAGE);
    long gap = VmaMap.GUARD_GAP_PAGES * PAGE;
    assertThat(world.store(other + PAGE + gap)).isEqualTo("ok");
    assertThat(world.store(other + PAGE + gap - 1)).isEqualTo("signal 11 code 1 at +0");
  }

  @Test
  void aGuardOfItsOwnMayBeNearer() {
    long guard = BOTTOM - 0x1_0000;
    assertThat(world.mmap(guard, PAGE, PROT_NONE, ANONYMOUS | MAP_FIXED))
        .isEqualTo("%x".formatted(guard));
    assertThat(world.store(guard + PAGE)).isEqualTo("ok");
    assertThat(world.store(guard)).isEqualTo("signal 11 code 2 at +0");
  }

  @Test
  void whatIsMappedToGrowDownGrowsAsWell() {
    assertThat(world.mmap(0x3800_0000, PAGE, RW, ANONYMOUS | MAP_GROWSDOWN)).isEqualTo("38000000");
    assertThat(world.store(0x3800_0000 - 1)).isEqualTo("ok");
    assertThat(world.store(0x3800_0000 - 0x2_0000)).isEqualTo("ok");
    assertThat(world.maps(0x3700_0000, 0x3900_0000)).containsExactly("37fe0000-38001000 rw-p");
  }

  @Test
  void protectionMayReachDownToItsStart() {
    assertThat(world.mprotect(TOP - PAGE, PAGE, PROT_READ | PROT_GROWSDOWN)).isEqualTo("0");
    assertThat(world.maps(BOTTOM, TOP)).containsExactly("7ffce000-7fff0000 r--p");
  }
}
