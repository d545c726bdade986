package dev.forklift.board.cpu;

import dev.forklift.board.BadInputException;
import dev.forklift.board.Services;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.memory.PhysicalMemory;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// A kind of CPU that machines can have. Found as a service.
public interface ProcessorType {
  /// All that there are.
  static List<ProcessorType> all() {
    return Services.of(ProcessorType.class, ProcessorType.class.getClassLoader());
  }

  /// Whether a node of a device tree, below `/cpus`, describes one.
  boolean isFor(TreeNode cpu);

  /// `e_machine` of the programs it runs.
  int elfMachine();

  /// The number that U-Boot's images have for it.
  int ubootArchitecture();

  ByteOrder byteOrder();

  /// Binary logarithm of the page size.
  int pageShift();

  /// The first physical address that it cannot reach.
  long physicalLimit();

  /// The CPU that the node describes.
  ///
  /// @throws BadInputException if there cannot be such a CPU
  Processor create(TreeNode cpu, PhysicalMemory memory) throws BadInputException;

  /// Machines that have a name, and their device trees.
  Map<String, Supplier<TreeNode>> boards();
}
