package dev.forklift.kernel.debug;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.debug.CallFrames.Row;
import dev.forklift.kernel.debug.CallFrames.Rule;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Call frame information, well-formed and otherwise.
class CallFramesTest {
  private static final DataModel MODEL = new DataModel(4, 4, ByteOrder.LITTLE_ENDIAN);
  private static final int START = 0x2000;

  /// A section `.debug_frame`: one function of 64 bytes that lowers the stack pointer (27) by 16 in
  /// its first instruction, and saves 31 and 16 in the next two.
  private static byte[] section() {
    StructWriter w = new StructWriter(MODEL);
    w.u32(12).u32(0xffff_ffffL).u8(3).u8(0).u8(1).u8(0x7c).u8(31); // CIE: factors 1 and -4
    w.u8(0x0c).u8(27).u8(0); // DW_CFA_def_cfa r27, 0
    w.u32(28).u32(0).u32(START).u32(64);
    w.u8(0x44).u8(0x0e).u8(16); // behind 4 bytes: DW_CFA_def_cfa_offset 16
    w.u8(0x44).u8(0x80 | 31).u8(1); // behind 4 more: DW_CFA_offset r31 at -4
    w.u8(0x44).u8(0x80 | 16).u8(2);
    w.u8(0x60).u8(0xc0 | 31).u8(0x0e).u8(0); // behind 32: DW_CFA_restore r31, offset 0
    w.align(4);
    return w.toBytes();
  }

  private static Row row(byte[] section, long pc) {
    return Objects.requireNonNull(new CallFrames(section, MODEL, 0, 0, false, 0).find(pc));
  }

  @Test
  void theRowOfEveryPlaceInAFunctionIsFound() {
    byte[] section = section();

    assertThat(row(section, START).cfaOffset()).isZero();
    assertThat(row(section, START).cfaRegister()).isEqualTo(27);
    assertThat(row(section, START + 4).cfaOffset()).isEqualTo(16);
    assertThat(row(section, START + 4).rules()).isEmpty();
    assertThat(row(section, START + 12).rules())
        .containsEntry(31, new Rule.Saved(-4))
        .containsEntry(16, new Rule.Saved(-8));
    assertThat(row(section, START + 60).cfaOffset()).isZero();
    assertThat(row(section, START + 60).rules()).doesNotContainKey(31).containsKey(16);
    assertThat(row(section, START).returnColumn()).isEqualTo(31);
  }

  @Test
  void nothingIsSaidOfOtherFunctions() {
    CallFrames frames = new CallFrames(section(), MODEL, 0, 0, false, 0);

    assertThat(frames.find(START - 4)).isNull();
    assertThat(frames.find(START + 64)).isNull();
  }

  @Test
  void aLoadedFileIsAskedForItsOwnAddresses() {
    CallFrames moved = new CallFrames(section(), MODEL, 0, 0, false, 0x1000_0000);

    assertThat(moved.find(0x1000_0000L + START)).isNotNull();
    assertThat(moved.find(START)).isNull();
  }

  /// Whatever is in a section, looking into it ends, without an exception.
  @Test
  void malformedSectionsAnswerNothingOrNonsense() {
    long seed = 4711;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] hostile = section();
      int changes = 1 + random.nextInt(6);
      for (int i = 0; i < changes; i++) {
        hostile[random.nextInt(hostile.length)] = (byte) random.nextInt(256);
      }
      CallFrames frames =
          new CallFrames(hostile, MODEL, random.nextInt(), random.nextInt(), round % 2 == 0, 0);
      Row row = frames.find(START + random.nextInt(64));
      assertThat(row == null || row.rules() != null).as("seed %d", seed).isTrue();
    }
  }
}
