package dev.forklift.board.tree;

import dev.forklift.board.BadInputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a machine has room for: addresses and interrupts that its device tree gives to nobody.
public final class Vacancies {
  private static final long END = 1L << 32;
  private static final String HANDLE = "phandle";

  private final TreeNode tree;
  private final List<Addresses.Range> ranges = new ArrayList<>();
  private final Set<Integer> interrupts = new HashSet<>();
  private int highestHandle;

  public Vacancies(TreeNode tree) throws BadInputException {
    this.tree = tree;
    note(tree);
  }

  private void note(TreeNode node) throws BadInputException {
    highestHandle = Math.max(highestHandle, node.cell(HANDLE, 0));
    for (TreeNode child : node.children()) {
      if (!child.name().equals("cpus")) {
        ranges.addAll(Addresses.of(child));
        for (int interrupt : child.cells("interrupts")) {
          interrupts.add(interrupt);
        }
      }
      note(child);
    }
  }

  /// The first free range from `start` on, at a multiple of its length.
  ///
  /// @throws BadInputException if there is none that 32 bits can address
  public long address(long start, long length) throws BadInputException {
    long at = start;
    for (Long end = endOfTaken(at, length); end != null; end = endOfTaken(at, length)) {
      at = (end + length - 1) / length * length;
    }
    if (at + length > END) {
      throw new BadInputException("the device tree has no room for another device");
    }
    return at;
  }

  /// Where a range ends that stands in the way, or null.
  private @Nullable Long endOfTaken(long start, long length) {
    for (Addresses.Range range : ranges) {
      // Lengths of 64 bits are none here: beyond 32 bits there is nothing to be found anyway.
      long end = Math.min(range.start() + Math.clamp(range.length(), 0, END), END + length);
      if (range.start() >= 0 && start < end && range.start() < start + length) {
        return end;
      }
    }
    return null;
  }

  /// The first free interrupt from `first` on.
  public int interrupt(int first) {
    int at = first;
    while (interrupts.contains(at)) {
      at++;
    }
    return at;
  }

  /// The `reg` of a node at the root.
  public int[] reg(long address, long length) throws BadInputException {
    int addressCells = tree.cell("#address-cells", 2);
    int sizeCells = tree.cell("#size-cells", 1);
    if (addressCells < 1 || addressCells > 2 || sizeCells < 1 || sizeCells > 2) {
      throw new BadInputException("the device tree has addresses that nothing can be added at");
    }
    int[] cells = new int[addressCells + sizeCells];
    cells[addressCells - 1] = (int) address;
    cells[addressCells + sizeCells - 1] = (int) length;
    return cells;
  }

  /// The handle of the CPU, whose interrupts they are; it gets one if it has none.
  public int interruptParent() throws BadInputException {
    TreeNode cpus = tree.child("cpus");
    if (cpus != null) {
      for (TreeNode cpu : cpus.children()) {
        if (cpu.has("compatible")) {
          if (!cpu.has(HANDLE)) {
            cpu.with(HANDLE, highestHandle + 1);
          }
          return cpu.cell(HANDLE, 0);
        }
      }
    }
    throw new BadInputException("the device tree has no CPU");
  }
}
