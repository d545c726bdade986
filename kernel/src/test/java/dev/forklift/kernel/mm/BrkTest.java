package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.MAP_FIXED;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.mm.MmWorld.ANONYMOUS;
import static dev.forklift.kernel.mm.MmWorld.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.ResourceLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrkTest {
  private static final long START = 0x8_6000;

  private final MmWorld world = new MmWorld();
  private final Mm mm = world.mm;

  @BeforeEach
  void loadProgram() throws Errno {
    var _ = world.map(0x8_3000, START - 0x8_3000);
    mm.setImage(
        new ImageLayout(0x2000, 0x8_0000, 0x8_3000, 0x8_6000, START, 0x7ffe_ff00L, 0, 0, 0, 0));
  }

  @AfterEach
  void end() {
    world.close();
  }

  @Test
  void theHeapIsARegionOfItsOwnThatGrowsAndShrinks() throws Errno {
    assertThat(mm.brk(0)).isEqualTo(START);
    assertThat(mm.brk(START + 10)).isEqualTo(START + 10);
    assertThat(world.maps(0, 0x100_0000))
        .containsExactly("1000-2000 r-xp", "83000-86000 rw-p", "86000-87000 rw-p");
    assertThat(mm.nameOf(mm.space().regionAt(START))).isEqualTo("[heap]");
    mm.user().putInt(START, 7);
    assertThat(mm.brk(START + 5 * PAGE + 1)).isEqualTo(START + 5 * PAGE + 1);
    assertThat(world.maps(START, 0x100_0000)).containsExactly("86000-8c000 rw-p");
    assertThat(mm.brk(START)).isEqualTo(START);
    assertThat(world.maps(START, 0x100_0000)).isEmpty();
    assertThat(mm.brk(START + 1)).isEqualTo(START + 1);
    assertThat(mm.user().getInt(START)).isZero();
  }

  @Test
  void itStaysAPageAwayFromOtherMappings() {
    assertThat(world.mmap(0x9_6000, PAGE, PROT_READ, ANONYMOUS | MAP_FIXED)).isEqualTo("96000");
    assertThat(mm.brk(0x9_6000)).isEqualTo(START);
    assertThat(mm.brk(0x9_5000)).isEqualTo(0x9_5000);
    assertThat(mm.brk(0x9_5001)).isEqualTo(0x9_5000);
  }

  @Test
  void wishesThatCannotBeAreAnsweredWithThePresentEnd() {
    assertThat(mm.brk(START - 1)).isEqualTo(START);
    assertThat(mm.brk(0x7f00_0000)).isEqualTo(START);
    assertThat(mm.brk(0xffff_ffffL)).isEqualTo(START);
    assertThat(mm.brk(-1)).isEqualTo(START);
  }

  @Test
  void theLimitOfDataCountsTheProgramsOwnData() {
    world.limits.set(ResourceLimits.RLIMIT_DATA, 0x5000, 0x5000);
    assertThat(mm.brk(START + 0x2001)).isEqualTo(START);
    assertThat(mm.brk(START + 0x2000)).isEqualTo(START + 0x2000);
  }

  @Test
  void aChildHasAHeapOfItsOwn() throws Errno {
    assertThat(mm.brk(START + PAGE)).isEqualTo(START + PAGE);
    Mm child = mm.fork();
    assertThat(child.brk(START + 3 * PAGE)).isEqualTo(START + 3 * PAGE);
    assertThat(mm.brk(0)).isEqualTo(START + PAGE);
    child.release();
  }
}
