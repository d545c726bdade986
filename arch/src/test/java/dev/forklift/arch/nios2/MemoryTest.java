package dev.forklift.arch.nios2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.cpu.Exit;
import dev.forklift.engine.memory.Access;
import dev.forklift.engine.memory.GuestFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MemoryTest {
  private static final long DATA = Machine.DATA;
  private static final int STORED = 0xf3_e2_81_90;

  private final Machine machine = new Machine();

  @ParameterizedTest
  @CsvSource({
    "ldw,   0, 0xf3e28190",
    "ldwio,  0, 0xf3e28190",
    "ldw,  -4, 0x11223344",
    "ldh,   0, 0xffff8190",
    "ldhio,  0, 0xffff8190",
    "ldh,   2, 0xfffff3e2",
    "ldhu,  0, 0x8190    ",
    "ldhuio, 2, 0xf3e2    ",
    "ldhu, -4, 0x3344    ",
    "ldb,   1, 0xffffff81",
    "ldbio,  0, 0xffffff90",
    "ldb,  -1, 0x11      ",
    "ldbu,  3, 0xf3      ",
    "ldbuio, 2, 0xe2      ",
    "ldw,   1, 0x55f3e281",
    "ldh,    3, 0x55f3    ",
    "ldhu,  1, 0xe281    ",
  })
  void loads(String name, int offset, String expected) {
    machine.space.store32(DATA + 12, 0x1122_3344);
    machine.space.store32(DATA + 16, STORED);
    machine.space.store32(DATA + 20, 0x5555_5555);
    machine.program(name + " r2," + offset + "(r3)").set(3, DATA + 16);
    assertThat(machine.step()).isEqualTo(Exit.SAFE_POINT);
    assertThat(machine.register(2)).isEqualTo(Long.decode(expected).intValue());
    machine.program(name + " r3," + offset + "(r3)");
    assertThat(machine.step()).isEqualTo(Exit.SAFE_POINT);
    assertThat(machine.register(3)).isEqualTo(Long.decode(expected).intValue());
  }

  @ParameterizedTest
  @CsvSource({
    "stw,   0, 0x1122334455667788 -> 0x11223344f3e28190",
    "stwio, 4, 0x1122334455667788 -> 0xf3e2819055667788",
    "stw,   1, 0x1122334455667788 -> 0x112233f3e2819088",
    "sth,   0, 0x1122334455667788 -> 0x1122334455668190",
    "sthio, 2, 0x1122334455667788 -> 0x1122334481907788",
    "sth,   3, 0x1122334455667788 -> 0x1122338190667788",
    "stb,   0, 0x1122334455667788 -> 0x1122334455667790",
    "stbio, 5, 0x1122334455667788 -> 0x1122904455667788",
  })
  void stores(String name, int offset, String change) {
    String[] values = change.split(" -> ", 2);
    machine.space.store64(DATA, Long.parseUnsignedLong(values[0].substring(2), 16));
    machine.program(name + " r2," + offset + "(r3)").set(3, DATA).set(2, STORED);
    assertThat(machine.step()).isEqualTo(Exit.SAFE_POINT);
    assertThat(Long.toHexString(machine.space.load64(DATA))).isEqualTo(values[1].substring(2));
  }

  @Test
  void storesTheZeroRegister() {
    machine.space.store32(DATA, -1);
    machine.program("stw zero,0(r3)").set(3, DATA).step();
    assertThat(machine.space.load32(DATA)).isZero();
  }

  @Test
  void addressesWrapAt32Bits() {
    machine.space.store32(DATA, 77);
    machine.program("ldw r2,32767(r3)").set(3, DATA - 32767).step();
    assertThat(machine.register(2)).isEqualTo(77);
    machine.space.map(0, Machine.PAGE, 3, null, 0, false, null);
    machine.space.store32(4, 78);
    machine.program("ldw r2,8(r3)").set(3, -4).step();
    assertThat(machine.register(2)).isEqualTo(78);
    machine.program("ldw r2,-8(r3)").set(3, 4).step();
    assertThat(machine.fault().address()).isEqualTo(0xffff_fffcL);
  }

  @Test
  void aLoadThatFaultsChangesNoRegisterEvenIfItsResultIsUnwanted() {
    machine.program("ldw r3,4(r3)").set(3, DATA + 2 * Machine.PAGE);
    assertThat(machine.run()).isEqualTo(Exit.FAULT);
    assertThat(machine.cpu.unsignedRegister(3)).isEqualTo(DATA + 2 * Machine.PAGE);
    assertThat(machine.cpu.pc()).isEqualTo(Machine.CODE);
    assertThat(machine.fault().address()).isEqualTo(DATA + 2 * Machine.PAGE + 4);
    assertThat(machine.fault().access()).isEqualTo(Access.READ);

    machine.program("ldw zero,4(r3)");
    assertThat(machine.run()).isEqualTo(Exit.FAULT);
  }

  @Test
  void aMisalignedStoreOverTheEndOfAMappingStoresNothing() {
    machine.program("stw r2,-2(r3)").set(2, -1).set(3, DATA + 2 * Machine.PAGE);
    assertThat(machine.run()).isEqualTo(Exit.FAULT);
    assertThat(machine.fault().address()).isEqualTo(DATA + 2 * Machine.PAGE);
    assertThat(machine.space.load16(DATA + 2 * Machine.PAGE - 2)).isZero();
  }

  /// Linux knows these not as the plain forms, and skips them: the kernel has to see the
  /// difference.
  @ParameterizedTest
  @ValueSource(strings = {"ldwio", "ldhio", "ldhuio", "stwio", "sthio"})
  void misalignedAccessesByIoFormsFault(String name) {
    machine.program(name + " r2,1(r3)").set(2, 5).set(3, DATA);
    assertThat(machine.run()).isEqualTo(Exit.FAULT);
    assertThat(machine.fault().kind()).isEqualTo(GuestFault.Kind.MISALIGNED);
    assertThat(machine.register(2)).isEqualTo(5);
    assertThat(machine.space.load64(DATA)).isZero();
    // Whether there is memory at all does not matter.
    machine.set(3, 0x6000_0000);
    assertThat(machine.run()).isEqualTo(Exit.FAULT);
    assertThat(machine.fault().kind()).isEqualTo(GuestFault.Kind.MISALIGNED);
  }
}
