package dev.forklift.board.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.board.BadInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// ELF files, whole and broken.
final class KernelImageTest {
  private static final int MACHINE = 113;

  private static byte[] elf() {
    ByteBuffer elf = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1}).position(16);
    elf.putShort((short) 2).putShort((short) MACHINE).putInt(1);
    elf.putInt(0xc800_0000).putInt(52).putInt(0).putInt(0);
    elf.putShort((short) 52).putShort((short) 32).putShort((short) 1);
    elf.position(52);
    elf.putInt(1).putInt(84).putInt(0xc800_0000).putInt(0xc800_0000).putInt(16).putInt(32);
    elf.position(84);
    elf.put("what is to run..".getBytes(StandardCharsets.US_ASCII));
    return elf.array();
  }

  private static KernelImage read(byte[] file) throws BadInputException {
    return KernelImage.readElf(file, MACHINE, ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void tellsWhatGoesWhere() throws BadInputException {
    KernelImage image = read(elf());
    assertThat(image.entry()).isEqualTo(0xc800_0000L);
    assertThat(image.parts()).hasSize(1);
    KernelImage.Part part = image.parts().getFirst();
    assertThat(part.address()).isEqualTo(0xc800_0000L);
    assertThat(part.file().remaining()).isEqualTo(16);
    assertThat(part.memoryLength()).isEqualTo(32);
  }

  @Test
  void refusesWhatIsNoKernelForThisCpu() {
    assertThatThrownBy(() -> read(new byte[0])).hasMessage("this is no ELF file");
    assertThatThrownBy(() -> read("#!/bin/sh\n".repeat(20).getBytes(StandardCharsets.US_ASCII)))
        .hasMessage("this is no ELF file");
    byte[] other = elf();
    other[18] = 3;
    assertThatThrownBy(() -> read(other)).hasMessage("this ELF file is for another CPU");
    byte[] shared = elf();
    shared[16] = 3;
    assertThatThrownBy(() -> read(shared)).hasMessageContaining("is no kernel");
  }

  @Test
  void whateverStandsInItNothingButARefusalComesOut() {
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] broken = Arrays.copyOf(elf(), random.nextInt(4) == 0 ? random.nextInt(100) : 100);
      for (int j = random.nextInt(4); j >= 0 && broken.length > 0; j--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      try {
        var _ = read(broken);
      } catch (BadInputException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }
}
