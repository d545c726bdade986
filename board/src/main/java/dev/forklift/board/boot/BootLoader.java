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
    long entry = boot.kernel().entry();
    if (!processor.runsUnmapped(entry)) {
      throw new BadInputException(
          "the kernel begins at 0x%08x, which this CPU has to have mapped first".formatted(entry));
    }
    long end = 0;
    for (KernelImage.Part part : boot.kernel().parts()) {
      end = Math.max(end, load(part));
    }
    byte[] ramdisk = boot.ramdisk();
    long ramdiskAt = 0;
    TreeNode chosen = tree.made("chosen").with("rng-seed", seed);
    if (ramdisk != null) {
      ramdiskAt = aligned(end, RAMDISK_ALIGNMENT);
      end = ramdiskAt + ramdisk.length;
      put("the initial file system", ramdiskAt, ramdisk);
      chosen.with("linux,initrd-start", (int) ramdiskAt);
      chosen.with("linux,initrd-end", (int) end);
    }
    if (!boot.commandLine().isEmpty()) {
      chosen.with("bootargs", boot.commandLine());
    }
    byte[] flat = Fdt.write(tree);
    long treeAt = aligned(end, TREE_ALIGNMENT);
    byte[] commandLine = (boot.commandLine() + "\0").getBytes(StandardCharsets.ISO_8859_1);
    long commandLineAt = aligned(treeAt + flat.length, TREE_ALIGNMENT);
    if (isAlone(boot) && !memory.holds(treeAt, commandLineAt + commandLine.length - treeAt)) {
      processor.boot(entry, Processor.BootArguments.NONE);
      return;
    }
    put("the device tree", treeAt, flat);
    put("the command line", commandLineAt, commandLine);
    processor.boot(
        entry,
        new Processor.BootArguments(
            ramdisk == null ? 0 : processor.unmapped(ramdiskAt),
            processor.unmapped(treeAt),
            processor.unmapped(commandLineAt)));
  }

  /// Whether nothing was given that only the kernel of an operating system could use. Firmware may
  /// fill a small memory, and asks for no device tree.
  private static boolean isAlone(Boot boot) {
    return boot.ramdisk() == null && boot.commandLine().isEmpty();
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

  private void put(String what, long at, byte[] bytes) throws BadInputException {
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
