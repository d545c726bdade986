package dev.forklift.board.boot;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.Processor;
import dev.forklift.board.tree.Fdt;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Puts a kernel, and what it is to find, into a machine's memory, as U-Boot and QEMU do: behind
/// the kernel an initial file system, then the device tree, then the command line.
public final class BootLoader {
  /// What is to be booted.
  ///
  /// @param kernel an image that says where it goes
  /// @param ramdisk an initial file system, or null
  /// @param commandLine the kernel's command line
  public record Boot(KernelImage kernel, byte @Nullable [] ramdisk, String commandLine) {}

  private static final long RAMDISK_ALIGNMENT = 1 << 20;
  private static final long TREE_ALIGNMENT = 4096;

  private final PhysicalMemory memory;
  private final Processor processor;

  public BootLoader(PhysicalMemory memory, Processor processor) {
    this.memory = memory;
    this.processor = processor;
  }

  /// Loads it all and sets the CPU up.
  ///
  /// @param tree the machine's; it is changed to say what is booted
  /// @param seed random bytes, without which a kernel that has just begun has none for a while
  /// @throws BadInputException if it does not fit into memory
  public void load(Boot boot, TreeNode tree, byte[] seed) throws BadInputException {
    long end = 0;
    for (KernelImage.Part part : boot.kernel().parts()) {
      end = Math.max(end, load(part));
    }
    end += base(boot.kernel());
    byte[] ramdisk = boot.ramdisk();
    long ramdiskAt = 0;
    TreeNode chosen = tree.made("chosen").with("rng-seed", seed);
    if (ramdisk != null) {
      ramdiskAt = aligned(end, RAMDISK_ALIGNMENT);
      end = ramdiskAt + ramdisk.length;
      put("the initial file system", ramdiskAt, ramdisk);
      chosen.with("linux,initrd-start", (int) processor.physical(ramdiskAt));
      chosen.with("linux,initrd-end", (int) processor.physical(end));
    }
    if (!boot.commandLine().isEmpty()) {
      chosen.with("bootargs", boot.commandLine());
    }
    byte[] flat = Fdt.write(tree);
    long treeAt = aligned(end, TREE_ALIGNMENT);
    put("the device tree", treeAt, flat);
    long commandLineAt = aligned(treeAt + flat.length, TREE_ALIGNMENT);
    put(
        "the command line",
        commandLineAt,
        (boot.commandLine() + "\0").getBytes(StandardCharsets.ISO_8859_1));
    processor.boot(
        boot.kernel().entry(), new Processor.BootArguments(ramdiskAt, treeAt, commandLineAt));
  }

  /// What lies between the addresses that the kernel is linked to and those that it is loaded at.
  private long base(KernelImage kernel) {
    long linked = kernel.parts().getFirst().address();
    return linked - processor.physical(linked);
  }

  private static long aligned(long address, long alignment) {
    return (address + alignment - 1) & -alignment;
  }

  /// Loads a part; says where it ends physically.
  private long load(KernelImage.Part part) throws BadInputException {
    long at = processor.physical(part.address());
    ByteBuffer file = part.file();
    check("the kernel", at, part.memoryLength());
    byte[] bytes = new byte[file.remaining()];
    file.get(file.position(), bytes);
    memory.write(at, bytes, 0, bytes.length);
    return at + part.memoryLength();
  }

  private void put(String what, long linked, byte[] bytes) throws BadInputException {
    long at = processor.physical(linked);
    check(what, at, bytes.length);
    memory.write(at, bytes, 0, bytes.length);
  }

  private void check(String what, long at, long length) throws BadInputException {
    if (!memory.holds(at, length)) {
      throw new BadInputException(
          "%s does not fit into memory: it needs 0x%x bytes at 0x%x".formatted(what, length, at));
    }
  }
}
