package dev.forklift.kernel.mm;

import static dev.forklift.kernel.abi.Mman.PROT_EXEC;
import static dev.forklift.kernel.abi.Mman.PROT_GROWSDOWN;
import static dev.forklift.kernel.abi.Mman.PROT_GROWSUP;
import static dev.forklift.kernel.abi.Mman.PROT_NONE;
import static dev.forklift.kernel.abi.Mman.PROT_READ;
import static dev.forklift.kernel.abi.Mman.PROT_SEM;
import static dev.forklift.kernel.abi.Mman.PROT_WRITE;
import static dev.forklift.kernel.mm.MmWorld.PAGE;
import static dev.forklift.kernel.mm.MmWorld.RW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// mprotect(2) and munmap(2). The expected results have been seen on Linux 6.12 on nios2.
class MprotectTest {
  private static final long AT = 0x4000_0000;

  private final MmWorld world = new MmWorld();

  @BeforeEach
  void map() throws Errno {
    var _ = world.map(AT, 0x1_0000);
  }

  @AfterEach
  void end() {
    world.close();
  }

  @Test
  void eachPermissionStandsForItself() {
    assertThat(access(PROT_NONE)).isEqualTo("signal 11 code 2 at +0, signal 11 code 2 at +0");
    assertThat(access(PROT_READ)).isEqualTo("ok, signal 11 code 2 at +0");
    assertThat(access(PROT_WRITE)).isEqualTo("signal 11 code 2 at +0, ok");
    assertThat(access(RW)).isEqualTo("ok, ok");
    assertThat(access(PROT_EXEC)).isEqualTo("signal 11 code 2 at +0, signal 11 code 2 at +0");
    assertThat(access(PROT_EXEC | PROT_WRITE)).isEqualTo("signal 11 code 2 at +0, ok");
  }

  private String access(int protection) {
    assertThat(world.mprotect(AT, PAGE, protection)).isEqualTo("0");
    return world.load(AT) + ", " + world.store(AT);
  }

  @Test
  void whatComesBeforeAHoleIsChanged() {
    assertThat(world.munmap(AT + 0x4000, 0x1000)).isEqualTo("0");
    assertThat(world.mprotect(AT, 0x8000, PROT_READ)).isEqualTo("ENOMEM");
    assertThat(world.maps(AT, AT + 0x1_0000))
        .containsExactly("40000000-40004000 r--p", "40005000-40010000 rw-p");
  }

  @Test
  void equalNeighboursBecomeOneAgain() {
    assertThat(world.mprotect(AT + PAGE, PAGE, PROT_READ)).isEqualTo("0");
    assertThat(world.maps(AT, AT + 0x1_0000)).hasSize(3);
    assertThat(world.mprotect(AT + PAGE, PAGE, RW)).isEqualTo("0");
    assertThat(world.maps(AT, AT + 0x1_0000)).containsExactly("40000000-40010000 rw-p");
  }

  @Test
  void refusalsComeInLinuxsOrder() {
    assertThat(world.mprotect(AT + 1, 1, PROT_READ)).isEqualTo("EINVAL");
    assertThat(world.mprotect(AT, 0, PROT_READ)).isEqualTo("0");
    assertThat(world.mprotect(0x5000_0000, 0, PROT_READ)).isEqualTo("0");
    assertThat(world.mprotect(0x5000_0000, 1, PROT_READ)).isEqualTo("ENOMEM");
    assertThat(world.mprotect(AT, PAGE, 0x100)).isEqualTo("EINVAL");
    assertThat(world.mprotect(0x5000_0000, PAGE, 0x100)).isEqualTo("EINVAL");
    assertThat(world.mprotect(AT, PAGE, PROT_READ | PROT_SEM)).isEqualTo("0");
    assertThat(world.mprotect(AT, PAGE, PROT_READ | PROT_GROWSDOWN)).isEqualTo("EINVAL");
    assertThat(world.mprotect(AT, PAGE, PROT_GROWSUP)).isEqualTo("EINVAL");
    assertThat(world.mprotect(AT, PAGE, PROT_GROWSDOWN | PROT_GROWSUP)).isEqualTo("EINVAL");
    assertThat(world.mprotect(AT, 0xffff_ff00L, PROT_READ)).isEqualTo("ENOMEM");
    assertThat(world.mprotect(AT, 0xc000_0000L, PROT_READ)).isEqualTo("ENOMEM");
  }

  @Test
  void unmappingRefusesWhatIsNoRangeOfPagesInUserSpace() {
    assertThat(world.munmap(AT + 1, PAGE)).isEqualTo("EINVAL");
    assertThat(world.munmap(AT, 0)).isEqualTo("EINVAL");
    assertThat(world.munmap(0x7fff_0000L, PAGE)).isEqualTo("EINVAL");
    assertThat(world.munmap(AT, 0xffff_f001L)).isEqualTo("EINVAL");
    assertThat(world.munmap(0x5000_0000, PAGE)).isEqualTo("0");
    assertThat(world.munmap(AT + PAGE, 1)).isEqualTo("0");
    assertThat(world.maps(AT, AT + 0x1_0000))
        .containsExactly("40000000-40001000 rw-p", "40002000-40010000 rw-p");
  }

  @Test
  void theKernelsOwnPageMayBeUnmapped() {
    assertThat(world.munmap(TestAbi.KUSER, PAGE)).isEqualTo("0");
    assertThat(world.load(TestAbi.KUSER)).isEqualTo("signal 11 code 1 at +0");
  }
}
