package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.boot.BootLoader;
import dev.forklift.board.boot.Initramfs;
import dev.forklift.board.boot.KernelImage;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.device.DeviceType;
import dev.forklift.board.machine.Board;
import dev.forklift.board.machine.BoardConfig;
import dev.forklift.board.state.SnapshotHeader;
import dev.forklift.board.state.SnapshotReader;
import dev.forklift.board.state.SnapshotWriter;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.board.virtio.VirtioEntropy;
import dev.forklift.board.virtio.VirtioSlots;
import dev.forklift.engine.cpu.Evaluator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An unmodified Linux that is saved on its way, and goes on in another machine.
@Timeout(180)
class BootSnapshotTest {
  private static final String SCRIPT =
      """
      #!/bin/sh
      /bin/busybox mount -t proc proc /proc
      i=0; while [ $i -lt 20 ]; do (exit 3); i=$((i+1)); done
      /bin/busybox sleep 1
      /bin/busybox cat /proc/uptime /proc/stat /proc/interrupts
      /bin/busybox poweroff -f
      """;

  @TempDir Path folder;

  private byte[] ramdisk() throws IOException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Files.createDirectory(folder.resolve("proc"));
    executable(bin.resolve("busybox"), Files.readAllBytes(Checkout.material("nios2/busybox")));
    Files.createSymbolicLink(bin.resolve("sh"), Path.of("busybox"));
    executable(folder.resolve("init"), SCRIPT.getBytes(StandardCharsets.US_ASCII));
    return Initramfs.of(folder);
  }

  private static void executable(Path file, byte[] contents) throws IOException {
    Files.write(file, contents);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// A machine with nothing in its memory, whose time counts instructions.
  private static Board machine(ByteArrayOutputStream shown) throws IOException {
    TreeNode tree = BootedBoard.named("10m50");
    VirtioSlots slots = new VirtioSlots();
    slots.add(tree, VirtioEntropy.repeatable());
    List<DeviceType> devices = new ArrayList<>(List.of(slots));
    devices.addAll(DeviceType.all(BootSnapshotTest.class.getClassLoader()));
    return Board.of(
        tree,
        new BoardConfig(
            new Evaluator(),
            ProcessorType.all(),
            devices,
            InputStream.nullInputStream(),
            shown,
            true,
            _ -> {}));
  }

  private static byte[] saved(Board board) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    board.save(new SnapshotWriter(file, new SnapshotHeader(true, new byte[0], List.of())));
    return file.toByteArray();
  }

  @Test
  void aRunThatWasSavedIsEqualToOneThatWasNotToTheLastByteOfTheMachine() throws Exception {
    Path kernel = Checkout.material("nios2/vmlinux");
    byte[] ramdisk = ramdisk();
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    Board whole = machine(shown);
    KernelImage image =
        KernelImage.read(Files.readAllBytes(kernel), whole.processorType(), whole.rawAddress());
    BootLoader.Boot boot =
        new BootLoader.Boot(image, ramdisk, "console=ttyS0,115200 rdinit=/init printk.time=1");
    whole.load(boot);
    assertThat(whole.run().kind()).isEqualTo(Stop.Kind.HALTED);
    long instructions = whole.processor().cpu().instructions();
    String text = shown.toString(StandardCharsets.ISO_8859_1);
    assertThat(text).contains("virtio0", "reboot: Power");

    ByteArrayOutputStream parts = new ByteArrayOutputStream();
    Board first = machine(parts);
    first.load(boot);
    first.pauseAt(instructions * 9 / 10);
    assertThat(first.run().kind()).isEqualTo(Stop.Kind.PAUSED);
    assertThat(parts.size()).isPositive().isLessThan(shown.size());
    Board second = machine(parts);
    second.restore(new SnapshotReader(new ByteArrayInputStream(saved(first))));
    assertThat(second.run().kind()).isEqualTo(Stop.Kind.HALTED);

    assertThat(parts.toString(StandardCharsets.ISO_8859_1)).isEqualTo(text);
    assertThat(second.processor().cpu().instructions()).isEqualTo(instructions);
    assertThat(saved(second)).isEqualTo(saved(whole));
  }
}
