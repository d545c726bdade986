package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.boot.Initramfs;
import dev.forklift.board.boot.KernelImage;
import dev.forklift.board.cpu.Stop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An unmodified Linux on the 10M50 board.
@Timeout(180)
class BootTest {
  private static final String COMMAND_LINE = "console=ttyS0,115200 rdinit=/init";

  @TempDir Path folder;

  @BeforeEach
  void makeRoot() throws IOException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Files.copy(Checkout.material("nios2/busybox"), bin.resolve("busybox"));
    Files.setPosixFilePermissions(
        bin.resolve("busybox"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(bin.resolve("sh"), Path.of("busybox"));
    Files.createDirectory(folder.resolve("proc"));
    init("/bin/busybox mount -t proc proc /proc; exec /bin/sh");
  }

  private void init(String script) throws IOException {
    Path init = folder.resolve("init");
    Files.writeString(init, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private BootedBoard boot(String commandLine, boolean counted) throws Exception {
    return BootedBoard.start(
        BootedBoard.named("10m50"),
        Checkout.material("nios2/vmlinux"),
        Initramfs.of(folder),
        commandLine,
        counted);
  }

  @Test
  void bootsToAShellThatRunsProgramsAndPowersOff() throws Exception {
    try (BootedBoard board = boot(COMMAND_LINE, false)) {
      board.expect("/ # ");
      assertThat(board.remarks()).isEmpty();
      assertThat(board.answer("busybox uname -srm")).isEqualTo("Linux 6.12.117 nios2");
      assertThat(board.answer("busybox grep -E '^(MMU|CPU):' /proc/cpuinfo"))
          .isEqualTo("CPU:\t\tNios II/fast\nMMU:\t\tpresent");
      assertThat(board.answer("for i in 1 2 3; do (exit $i); echo $?; done | busybox tr '\\n' ' '"))
          .isEqualTo("1 2 3 ");
      assertThat(board.answer("busybox grep -c timer /proc/interrupts")).isEqualTo("1");
      assertThat(board.shown()).as("it has random numbers from the start").contains("crng init");
      board.type("busybox poweroff -f\n");
      assertThat(board.end().kind()).isEqualTo(Stop.Kind.HALTED);
    }
  }

  /// As `mkimage` makes it, of the one part that vmlinux has.
  private Path ubootImage() throws Exception {
    byte[] elf = Files.readAllBytes(Checkout.material("nios2/vmlinux"));
    KernelImage.Part part =
        KernelImage.readElf(elf, 113, ByteOrder.LITTLE_ENDIAN).parts().getFirst();
    byte[] code = new byte[part.file().remaining()];
    part.file().get(0, code);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream stream = new GZIPOutputStream(packed)) {
      stream.write(code);
    }
    ByteBuffer image = ByteBuffer.allocate(64 + packed.size());
    image.putInt(0x2705_1956).putInt(0).putInt(0).putInt(packed.size());
    image.putInt((int) part.address()).putInt((int) part.address());
    image.putInt(checksum(packed.toByteArray())).put(new byte[] {5, 15, 2, 1});
    image.putInt(4, checksum(Arrays.copyOf(image.array(), 64))).put(64, packed.toByteArray());
    return Files.write(folder.resolve("uImage"), image.array());
  }

  private static int checksum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  @Test
  void bootsWhatUBootWouldUnpack() throws Exception {
    init("echo it is; /bin/busybox poweroff -f");
    byte[] root = Initramfs.of(folder);
    try (BootedBoard board =
        BootedBoard.start(BootedBoard.named("10m50"), ubootImage(), root, COMMAND_LINE, false)) {
      board.expect("it is");
      assertThat(board.end().kind()).isEqualTo(Stop.Kind.HALTED);
    }
  }

  /// Its last loop looks at the clock, with interrupts on: nothing of it can be proved to be
  /// halted.
  @Test
  void aKernelWithoutARootPanicsAndThatIsTheEnd() throws Exception {
    try (BootedBoard board =
        BootedBoard.start(
            BootedBoard.named("10m50"),
            Checkout.material("nios2/vmlinux"),
            null,
            "console=ttyS0,115200 root=/dev/vda",
            false)) {
      board.expect("end Kernel panic");
      Stop stop = board.end();
      assertThat(stop.kind()).isEqualTo(Stop.Kind.PANICKED);
      assertThat(stop.reason()).startsWith("the kernel panicked: VFS: Unable to mount root fs");
    }
  }

  @Test
  void wordsOfAPanicFromAProgramAreOnlyWords() throws Exception {
    init(
        "echo '---[ end Kernel panic - not syncing: me ]---'; i=0;"
            + " while [ $i -lt 20000 ]; do i=$((i+1)); done; echo still there;"
            + " /bin/busybox poweroff -f");
    try (BootedBoard board = boot(COMMAND_LINE, false)) {
      board.expect("still there");
      assertThat(board.end().kind()).isEqualTo(Stop.Kind.HALTED);
    }
  }

  @Test
  void aShellThatWaitsTakesNoTimeOfTheHosts() throws Exception {
    try (BootedBoard board = boot(COMMAND_LINE, false)) {
      board.expect("/ # ");
      Thread.sleep(1000);
      long before = board.cpuNanos();
      Thread.sleep(3000);
      assertThat(board.cpuNanos() - before).isLessThan(600_000_000L);
      board.quit();
      assertThat(board.end().kind()).isEqualTo(Stop.Kind.QUIT);
    }
  }

  @Test
  void bootsTheTreeOfTheKernelsOwnAndReboots() throws Exception {
    try (BootedBoard board =
        BootedBoard.start(
            BootedBoard.read(Checkout.material("nios2/10m50.dtb")),
            Checkout.material("nios2/vmlinux"),
            Initramfs.of(folder),
            COMMAND_LINE,
            false)) {
      board.expect("/ # ");
      assertThat(board.remarks())
          .containsExactly(
              "no such device is known: /sopc@0/ethernet@400 (altr,tse-msgdma-1.0, altr,tse-1.0);"
                  + " it reads as zero");
      board.type("busybox reboot -f\n");
      assertThat(board.end().kind()).isEqualTo(Stop.Kind.RESET);
    }
  }

  @Test
  void twoRunsThatCountInstructionsAreEqual() throws Exception {
    init("/bin/busybox sleep 0.3; /bin/busybox cat /proc/uptime /proc/stat; busybox poweroff -f");
    String first;
    long instructions;
    try (BootedBoard board = boot(COMMAND_LINE + " printk.time=1", true)) {
      assertThat(board.end().kind()).isEqualTo(Stop.Kind.HALTED);
      first = board.shown();
      instructions = board.instructions();
    }
    try (BootedBoard board = boot(COMMAND_LINE + " printk.time=1", true)) {
      assertThat(board.end().kind()).isEqualTo(Stop.Kind.HALTED);
      assertThat(board.shown()).isEqualTo(first).contains("reboot: Power");
      assertThat(board.instructions()).isEqualTo(instructions);
    }
  }
}
