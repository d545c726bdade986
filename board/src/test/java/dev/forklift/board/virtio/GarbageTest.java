package dev.forklift.board.virtio;

import static dev.forklift.board.virtio.VirtioDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.device.Console;
import dev.forklift.board.share.VirtioShare;
import dev.forklift.engine.host.HostCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A guest that writes nonsense into registers and queues gets nonsense, and nobody else does.
@Timeout(120)
final class GarbageTest {
  private static final int ROUNDS = 400;
  private static final int[] REGISTERS = {
    MAGIC,
    FEATURES,
    FEATURES_WORD,
    ACCEPTED,
    ACCEPTED_WORD,
    QUEUE,
    QUEUE_SIZE,
    QUEUE_READY,
    NOTIFY,
    INTERRUPTS,
    INTERRUPT_DONE,
    STATUS,
    DESCRIPTORS,
    DESCRIPTORS + 4,
    AVAILABLE,
    USED,
    CONFIG
  };

  @TempDir Path folder;

  private SplittableRandom random = new SplittableRandom();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theHostGoesOn(long seed) throws Exception {
    random = new SplittableRandom(seed);
    Path file = Files.write(folder.resolve("disk"), new byte[1 << 20]);
    Path shared = Files.createDirectory(folder.resolve("shared"));
    try (DiskImage image = DiskImage.open(file, false)) {
      List<VirtioDevice> devices = new ArrayList<>();
      devices.add(new VirtioBlock(image, "disk"));
      devices.add(VirtioEntropy.repeatable());
      devices.add(new VirtioConsole());
      devices.add(new VirtioNetwork(NetworkLink.UNPLUGGED));
      if (HostCalls.areAvailable()) {
        devices.add(VirtioShare.open(shared.toString(), "share", false));
      }
      for (VirtioDevice device : devices) {
        wreck(device);
      }
    }
    assertThat(file).hasSize(1 << 20);
  }

  private void wreck(VirtioDevice device) {
    VirtioDriver driver = new VirtioDriver(device, Console.NOBODY);
    for (int round = 0; round < ROUNDS; round++) {
      long features = VERSION_1;
      features |= random.nextBoolean() ? INDIRECT_DESCRIPTORS : 0;
      features |= random.nextBoolean() ? EVENT_INDEX : 0;
      driver.memory.write(MEMORY, new byte[0x10000], 0, 0x10000);
      driver.begin(features, device.queues());
      for (int step = random.nextInt(20); step > 0; step--) {
        switch (random.nextInt(4)) {
          case 0 -> registers(driver);
          case 1 -> bytes(driver);
          default -> requests(driver, device.queues());
        }
      }
    }
  }

  private void registers(VirtioDriver driver) {
    int register = REGISTERS[random.nextInt(REGISTERS.length)];
    int offset = random.nextInt(10) == 0 ? random.nextInt() : register + random.nextInt(4);
    driver.device.store(offset, 1 << random.nextInt(3), number());
    driver.device.load(offset, 1 << random.nextInt(3));
  }

  /// Any bytes at all, in the tables and rings.
  private void bytes(VirtioDriver driver) {
    byte[] bytes = new byte[random.nextInt(3000)];
    random.nextBytes(bytes);
    driver.memory.write(MEMORY + random.nextInt(0x3000), bytes, 0, bytes.length);
    driver.set(NOTIFY, random.nextInt(3));
  }

  /// Descriptors that nearly are what they should be.
  private void requests(VirtioDriver driver, int queues) {
    int queue = random.nextInt(queues);
    for (int i = 0; i < SIZE; i++) {
      long address = random.nextInt(20) == 0 ? random.nextLong() : near();
      int flags = random.nextInt(10) == 0 ? random.nextInt() : random.nextInt(4);
      driver.descriptor(table(queue), i, address, length(), flags, random.nextInt(SIZE));
      driver.write16(available(queue) + 4 + 2L * i, random.nextInt(SIZE));
    }
    int waiting = random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(SIZE + 1);
    driver.write16(available(queue) + 2, driver.read16(available(queue) + 2) + waiting);
    driver.set(NOTIFY, queue);
  }

  private long near() {
    return MEMORY + random.nextInt(MEMORY_BYTES + 0x1000);
  }

  private int length() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt();
      case 1 -> 0;
      case 2 -> random.nextInt(1 << 20);
      case 3, 4 -> 16;
      default -> random.nextInt(600);
    };
  }

  private int number() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt();
      case 1 -> 1 << random.nextInt(32);
      case 2 -> (int) MEMORY + random.nextInt(0x4000);
      default -> random.nextInt(20);
    };
  }
}
