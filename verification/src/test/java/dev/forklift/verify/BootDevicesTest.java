package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.forklift.board.boot.Initramfs;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.net.UserNetwork;
import dev.forklift.board.share.VirtioShare;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.board.virtio.DiskImage;
import dev.forklift.board.virtio.NetworkLink;
import dev.forklift.board.virtio.VirtioBlock;
import dev.forklift.board.virtio.VirtioConsole;
import dev.forklift.board.virtio.VirtioDevice;
import dev.forklift.board.virtio.VirtioEntropy;
import dev.forklift.board.virtio.VirtioNetwork;
import dev.forklift.board.virtio.VirtioSlots;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An unmodified Linux, its root on a disk, and what else can be attached to a board.
@Timeout(180)
class BootDevicesTest {
  private static final String COMMAND_LINE =
      "console=ttyS0,115200 root=/dev/vda rw init=/init printk.time=1";

  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    for (String name : List.of("bin", "dev", "mnt", "proc", "tmp")) {
      Files.createDirectory(root.resolve(name));
    }
    executable("bin/busybox", Files.readAllBytes(Checkout.material("nios2/busybox")));
    Files.createSymbolicLink(root.resolve("bin/sh"), Path.of("busybox"));
    init("exec /bin/sh");
  }

  private void init(String script) throws IOException {
    String text = "#!/bin/sh\n/bin/busybox mount -t proc proc /proc\n" + script + "\n";
    executable("init", text.getBytes(StandardCharsets.US_ASCII));
  }

  private void executable(String name, byte[] contents) throws IOException {
    Path file = Files.write(root.resolve(name), contents);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// A disk with what is in the folder, which needs a program of the host.
  private Path image(String name) throws Exception {
    Path program =
        Stream.of("/usr/sbin/mke2fs", "/sbin/mke2fs")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    assumeThat(program).as("mke2fs").isNotNull();
    Path image = folder.resolve(name);
    Process made =
        new ProcessBuilder(
                program.toString(),
                "-q",
                "-t",
                "ext4",
                "-d",
                root.toString(),
                image.toString(),
                "8M")
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    return image;
  }

  private static BootedBoard boot(boolean counted, VirtioDevice... devices) throws Exception {
    TreeNode tree = BootedBoard.named("10m50");
    VirtioSlots slots = new VirtioSlots();
    for (VirtioDevice device : devices) {
      slots.add(tree, device);
    }
    return BootedBoard.start(
        tree, Checkout.material("nios2/vmlinux"), null, COMMAND_LINE, counted, slots);
  }

  private static void powerOff(BootedBoard board) throws Exception {
    board.type("busybox poweroff -f\n");
    assertThat(board.end().kind()).isEqualTo(Stop.Kind.HALTED);
  }

  @Test
  void itsRootIsADiskThatKeepsWhatIsWritten() throws Exception {
    Path file = image("disk");
    for (String runs : List.of("1", "12")) {
      try (DiskImage disk = DiskImage.open(file, false);
          BootedBoard board = boot(false, new VirtioBlock(disk, "disk0"))) {
        board.expect("/ # ");
        board.answer("echo " + runs.length() + " >>/tmp/runs; busybox sync");
        assertThat(board.answer("busybox tr -d '\\n' </tmp/runs; echo")).isEqualTo(runs);
        assertThat(board.answer("busybox grep -c virtio0 /proc/interrupts")).isEqualTo("1");
        powerOff(board);
      }
    }
  }

  @Test
  void aReadOnlyDiskCannotBeWrittenTo() throws Exception {
    Path second = Files.write(folder.resolve("second"), new byte[64 << 10]);
    try (DiskImage disk = DiskImage.open(image("first"), false);
        DiskImage other = DiskImage.open(second, true);
        BootedBoard board =
            boot(false, new VirtioBlock(disk, "disk0"), new VirtioBlock(other, "disk1"))) {
      board.expect("/ # ");
      assertThat(board.answer("busybox wc -c </dev/vdb")).isEqualTo("65536");
      assertThat(board.answer("echo x >/dev/vdb"))
          .isEqualTo("sh: write error: Operation not permitted");
      powerOff(board);
    }
    assertThat(Files.readAllBytes(second)).containsOnly(0);
  }

  @Test
  void aFolderOfTheHostIsMounted() throws Exception {
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.writeString(folder.resolve("secret"), "secret");
    Files.writeString(shared.resolve("hello"), "from the host\n");
    Files.createSymbolicLink(shared.resolve("out"), folder.resolve("secret"));
    try (DiskImage disk = DiskImage.open(image("disk"), false);
        VirtioShare share = VirtioShare.open(shared.toString(), "share0", false);
        VirtioShare readOnly = VirtioShare.open(shared.toString(), "share1", true);
        BootedBoard board = boot(false, new VirtioBlock(disk, "disk0"), share, readOnly)) {
      board.expect("/ # ");
      assertThat(board.answer("busybox mount -t 9p -o trans=virtio share0 /mnt")).isEmpty();
      assertThat(board.answer("busybox cat /mnt/hello")).isEqualTo("from the host");
      assertThat(board.answer("busybox cat /mnt/out")).contains("No such file or directory");
      board.answer("busybox mkdir /mnt/d; echo from the guest >/mnt/d/x; busybox sync");
      assertThat(shared.resolve("d/x")).hasContent("from the guest\n");
      board.answer("busybox mv /mnt/d/x /mnt/y; busybox ln -s y /mnt/z; busybox chmod 600 /mnt/y");
      assertThat(Files.readSymbolicLink(shared.resolve("z"))).isEqualTo(Path.of("y"));
      assertThat(Files.getPosixFilePermissions(shared.resolve("y")))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(board.answer("busybox cp /bin/busybox /mnt; /mnt/busybox cat /mnt/z"))
          .isEqualTo("from the guest");
      assertThat(board.answer("busybox ls /mnt/../mnt | busybox tr '\\n' ' '"))
          .isEqualTo("busybox d hello out y z ");
      board.answer("busybox umount /mnt; busybox mount -t 9p -o trans=virtio share1 /mnt");
      assertThat(board.answer("echo x >/mnt/y")).contains("Read-only file system");
      powerOff(board);
    }
  }

  @Test
  void itsConsoleNeedsNoSerialPort() throws Exception {
    init("busybox mount -t devtmpfs dev /dev; exec /bin/sh");
    TreeNode tree = BootedBoard.named("10m50");
    VirtioSlots slots = new VirtioSlots();
    VirtioConsole screen = new VirtioConsole();
    slots.add(tree, VirtioEntropy.repeatable());
    slots.add(tree, new VirtioNetwork(NetworkLink.UNPLUGGED));
    tree.made("chosen").with("stdout-path", slots.add(tree, screen));
    try (BootedBoard board =
        BootedBoard.start(
            tree,
            Checkout.material("nios2/vmlinux"),
            Initramfs.of(root),
            "console=hvc0 rdinit=/init",
            false,
            slots)) {
      // Early, and not lost.
      board.type("echo typed; echo early\n");
      board.expect("typed\nearly\n");
      board.expect("/ # ");
      assertThat(board.answer("busybox cut -c 1-4 /proc/consoles")).isEqualTo("hvc0");
      screen.resize(132, 43);
      assertThat(board.answer("busybox stty size </dev/hvc0")).isEqualTo("43 132");
      assertThat(board.answer("busybox head -c 1000 /dev/hwrng | busybox wc -c")).isEqualTo("1000");
      board.answer("busybox mkdir -p /sys; busybox mount -t sysfs sys /sys");
      assertThat(board.answer("busybox ifconfig eth0 up; busybox cat /sys/class/net/eth0/carrier"))
          .isEqualTo("0");
      powerOff(board);
    }
  }

  @Test
  void itReachesTheWorldThroughTheHostsSockets() throws Exception {
    try (UserNetwork network = new UserNetwork(0);
        ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread world =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try (Socket guest = server.accept()) {
                  byte[] asked = guest.getInputStream().readNBytes(4);
                  guest.getOutputStream().write(asked);
                  guest.getOutputStream().write(new byte[100_000]);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      TreeNode tree = BootedBoard.named("10m50");
      VirtioSlots slots = new VirtioSlots();
      slots.add(tree, new VirtioNetwork(network));
      try (BootedBoard board =
          BootedBoard.start(
              tree,
              Checkout.material("nios2/vmlinux"),
              Initramfs.of(root),
              "console=ttyS0 rdinit=/init ip=dhcp",
              false,
              slots)) {
        board.expect("my address is 10.0.2.15");
        board.expect("/ # ");
        String ask = "echo ask | busybox nc 10.0.2.2 " + server.getLocalPort();
        assertThat(board.answer(ask + " >/tmp/got; busybox head -n 1 /tmp/got")).isEqualTo("ask");
        assertThat(board.answer("busybox wc -c </tmp/got")).isEqualTo("100004");
        world.join();
        powerOff(board);
      }
    }
  }

  /// What two runs have to agree about.
  private record Run(String shown, long instructions, String disk) {}

  private Run run(Path original) throws Exception {
    Path file = Files.copy(original, folder.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
    try (DiskImage disk = DiskImage.open(file, false);
        BootedBoard board = boot(true, new VirtioBlock(disk, "disk0"))) {
      assertThat(board.end().kind()).isEqualTo(Stop.Kind.HALTED);
      String contents = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      return new Run(board.shown(), board.instructions(), contents);
    }
  }

  @Test
  void twoRunsFromEqualDisksAreEqual() throws Exception {
    init(
        "busybox dd if=/dev/vda of=/tmp/copy bs=64k count=20; busybox sync\n"
            + "busybox cat /proc/uptime /proc/interrupts /proc/diskstats; busybox poweroff -f");
    Path original = image("original");
    Run first = run(original);
    Run second = run(original);
    assertThat(first.shown).contains("virtio0").contains("20+0");
    assertThat(second.shown).isEqualTo(first.shown);
    assertThat(second.instructions).isEqualTo(first.instructions);
    assertThat(second.disk.equals(first.disk)).as("the disks are equal").isTrue();
  }
}
