package dev.forklift.board.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.Processor;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.memory.PhysicalMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;

/// U-Boot's images, whole and broken, and files that are taken as they are.
@Timeout(60)
final class UBootImageTest {
  private static final long RAW = 0xc123_0000L;
  private static final byte[] CODE =
      "what is to run, again and again. ".repeat(50).getBytes(StandardCharsets.US_ASCII);

  /// As far as reading a file asks.
  private static final ProcessorType NIOS2 =
      new ProcessorType() {
        @Override
        public boolean isFor(TreeNode cpu) {
          return true;
        }

        @Override
        public int elfMachine() {
          return 113;
        }

        @Override
        public int ubootArchitecture() {
          return UBootImages.NIOS2;
        }

        @Override
        public ByteOrder byteOrder() {
          return ByteOrder.LITTLE_ENDIAN;
        }

        @Override
        public int pageShift() {
          return 12;
        }

        @Override
        public long physicalLimit() {
          return 1L << 32;
        }

        @Override
        public Processor create(TreeNode cpu, PhysicalMemory memory) {
          throw new AssertionError("nobody runs");
        }

        @Override
        public Map<String, Supplier<TreeNode>> boards() {
          return Map.of();
        }
      };

  private static KernelImage read(byte[] file) throws BadInputException {
    return KernelImage.read(file, NIOS2, RAW);
  }

  private static byte[] kernel(int compression, byte[] data) {
    return UBootImages.image(UBootImages.NIOS2, UBootImage.KERNEL, compression, data);
  }

  private static byte[] gzip(byte[] data) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream stream = new GZIPOutputStream(packed)) {
      stream.write(data);
    }
    return packed.toByteArray();
  }

  private static byte[] lzma(byte[] data) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream stream = new LZMAOutputStream(packed, new LZMA2Options(), -1)) {
      stream.write(data);
    }
    return packed.toByteArray();
  }

  private static void isTheKernel(KernelImage image) {
    assertThat(image.entry()).isEqualTo(UBootImages.ENTRY);
    assertThat(image.parts()).hasSize(1);
    KernelImage.Part part = image.parts().getFirst();
    assertThat(part.address()).isEqualTo(UBootImages.LOAD);
    assertThat(part.memoryLength()).isEqualTo(CODE.length);
    byte[] bytes = new byte[part.file().remaining()];
    part.file().get(part.file().position(), bytes);
    assertThat(bytes).isEqualTo(CODE);
  }

  @Test
  void goesWhereItSaysAndIsUnpacked() throws IOException {
    isTheKernel(read(kernel(UBootImage.NONE, CODE)));
    isTheKernel(read(kernel(UBootImage.GZIP, gzip(CODE))));
    isTheKernel(read(kernel(UBootImage.LZMA, lzma(CODE))));
  }

  @Test
  void whatStandsBehindItDoesNotMatter() throws IOException {
    byte[] image = kernel(UBootImage.NONE, CODE);
    isTheKernel(read(Arrays.copyOf(image, image.length + 1000)));
  }

  @Test
  void aRamdiskIsLeftAsItIs() throws IOException {
    byte[] packed = gzip(CODE);
    byte[] image =
        UBootImages.image(UBootImages.NIOS2, UBootImage.RAMDISK, UBootImage.GZIP, packed);
    assertThat(UBootImage.read(image).packed()).isEqualTo(packed);
    assertThatThrownBy(() -> read(image))
        .hasMessage("this U-Boot image is no kernel, but a ramdisk");
  }

  @Test
  void checksumsAreChecked() {
    byte[] header = kernel(UBootImage.NONE, CODE);
    header[20]++;
    assertThatThrownBy(() -> read(header))
        .hasMessage("the U-Boot image is broken: the checksum of its header is wrong");
    byte[] data = kernel(UBootImage.NONE, CODE);
    data[data.length - 1]++;
    assertThatThrownBy(() -> read(data))
        .hasMessage("the U-Boot image is broken: the checksum of its data is wrong");
  }

  @Test
  void whatIsCutOffIsBroken() {
    byte[] image = kernel(UBootImage.NONE, CODE);
    assertThatThrownBy(() -> read(Arrays.copyOf(image, 63)))
        .hasMessage("the U-Boot image is broken: it ends within its header");
    assertThatThrownBy(() -> read(Arrays.copyOf(image, image.length - 1)))
        .hasMessageEndingWith("it has 1649 bytes of data instead of 1650");
  }

  @Test
  void whatCannotBeUnpackedIsRefused() throws IOException {
    assertThatThrownBy(() -> read(kernel(UBootImage.GZIP, CODE)))
        .hasMessageStartingWith("the data of the U-Boot image cannot be unpacked");
    byte[] half = Arrays.copyOf(gzip(CODE), 40);
    assertThatThrownBy(() -> read(kernel(UBootImage.GZIP, half)))
        .hasMessageStartingWith("the data of the U-Boot image cannot be unpacked");
    byte[] hungry = lzma(CODE);
    Arrays.fill(hungry, 1, 5, (byte) 0x7f);
    assertThatThrownBy(() -> read(kernel(UBootImage.LZMA, hungry)))
        .hasMessageStartingWith("the data of the U-Boot image cannot be unpacked");
    assertThatThrownBy(() -> read(kernel(4, CODE)))
        .hasMessage(
            "the U-Boot image is compressed with LZO; what can be unpacked is: none, gzip, LZMA");
  }

  @Test
  void aFewBytesThatWouldFillTheHostAreRefused() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream stream = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 257; i++) {
        stream.write(zeros);
      }
    }
    assertThatThrownBy(() -> read(kernel(UBootImage.GZIP, packed.toByteArray())))
        .hasMessage("the U-Boot image is too large when it is unpacked");
  }

  @Test
  void anotherCpusIsRefused() {
    assertThatThrownBy(() -> read(UBootImages.image(2, UBootImage.KERNEL, 0, CODE)))
        .hasMessage("this U-Boot image is for another CPU");
  }

  @Test
  void whateverStandsInItNothingButARefusalComesOut() throws IOException {
    Random random = new Random(3);
    int refused = 0;
    byte[][] whole = {lzma(CODE), gzip(CODE)};
    for (int i = 0; i < 2000; i++) {
      int which = i % 2;
      byte[] broken = whole[which].clone();
      for (int j = random.nextInt(4); j >= 0; j--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      try {
        var _ = read(kernel(which == 0 ? UBootImage.LZMA : UBootImage.GZIP, broken));
      } catch (BadInputException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(500);
  }

  @Test
  void otherFilesAreTakenAsTheyAre() throws BadInputException {
    KernelImage image = read(new byte[] {6, -1, -1, -1});
    assertThat(image.entry()).isEqualTo(RAW);
    assertThat(image.parts().getFirst().address()).isEqualTo(RAW);
    assertThat(image.parts().getFirst().memoryLength()).isEqualTo(4);
  }

  @Test
  void whatIsKnownToBeNoCodeIsRefused() {
    assertThatThrownBy(() -> read(new byte[0])).hasMessage("this file is empty");
    assertThatThrownBy(() -> read("#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII)))
        .hasMessageStartingWith("this is text");
    assertThatThrownBy(() -> read(gzip(CODE))).hasMessageStartingWith("this is compressed (gzip)");
    assertThatThrownBy(() -> read(new byte[] {(byte) 0xd0, 0x0d, (byte) 0xfe, (byte) 0xed, 1}))
        .hasMessageStartingWith("this is a device tree");
  }
}
