package dev.forklift.kernel.time;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.abi.DataModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class SigEventTest {
  @Test
  void isReadFromMemoryOf32And64Bits() {
    ByteBuffer small = ByteBuffer.allocate(SigEvent.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    small.putInt(77).putInt(40).putInt(4).putInt(123);
    assertThat(SigEvent.fromBytes(new DataModel(4, 4, ByteOrder.LITTLE_ENDIAN), small.array()))
        .isEqualTo(new SigEvent(77, 40, 4, 123));
    ByteBuffer large = ByteBuffer.allocate(SigEvent.SIZE).order(ByteOrder.BIG_ENDIAN);
    large.putLong(1L << 40).putInt(40).putInt(0);
    assertThat(SigEvent.fromBytes(new DataModel(8, 8, ByteOrder.BIG_ENDIAN), large.array()))
        .isEqualTo(new SigEvent(1L << 40, 40, 0, 0));
  }
}
