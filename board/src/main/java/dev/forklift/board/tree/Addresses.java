package dev.forklift.board.tree;

import dev.forklift.board.BadInputException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where nodes stand in the machine's physical addresses.
public final class Addresses {
  /// A range of physical addresses.
  public record Range(long start, long length) {}

  private Addresses() {}

  /// What a node's `reg` says, seen from the CPU: through the `ranges` of the buses above it. A
  /// range that the CPU cannot reach is left out.
  public static List<Range> of(TreeNode node) throws BadInputException {
    TreeNode bus = node.parent();
    if (bus == null || !node.has("reg")) {
      return List.of();
    }
    int addressCells = cellCount(bus, "#address-cells", 2);
    int sizeCells = cellCount(bus, "#size-cells", 1);
    int[] reg = node.cells("reg");
    int entry = addressCells + sizeCells;
    if (entry == 0 || reg.length % entry != 0) {
      throw new BadInputException(node.path() + ": reg has not the cells that its bus asks for");
    }
    List<Range> ranges = new ArrayList<>();
    for (int at = 0; at < reg.length; at += entry) {
      long start = number(reg, at, addressCells);
      long length = number(reg, at + addressCells, sizeCells);
      Long seen = seenFromAbove(bus, start);
      if (seen != null && length > 0) {
        ranges.add(new Range(seen, length));
      }
    }
    return ranges;
  }

  /// An address on a bus as the CPU sees it, or null if it does not.
  private static @Nullable Long seenFromAbove(TreeNode bus, long address) throws BadInputException {
    long at = address;
    TreeNode node = bus;
    for (TreeNode above = node.parent(); above != null; above = node.parent()) {
      if (!node.has("ranges")) {
        return null;
      }
      int[] ranges = node.cells("ranges");
      if (ranges.length != 0) {
        Long moved = throughRanges(node, above, ranges, at);
        if (moved == null) {
          return null;
        }
        at = moved;
      }
      node = above;
    }
    return at;
  }

  private static @Nullable Long throughRanges(
      TreeNode node, TreeNode above, int[] ranges, long address) throws BadInputException {
    int childCells = cellCount(node, "#address-cells", 2);
    int parentCells = cellCount(above, "#address-cells", 2);
    int sizeCells = cellCount(node, "#size-cells", 1);
    int entry = childCells + parentCells + sizeCells;
    if (entry == 0 || ranges.length % entry != 0) {
      throw new BadInputException(node.path() + ": ranges has a wrong number of cells");
    }
    for (int i = 0; i < ranges.length; i += entry) {
      long start = number(ranges, i, childCells);
      long length = number(ranges, i + childCells + parentCells, sizeCells);
      if (address >= start && address - start < length) {
        return address - start + number(ranges, i + childCells, parentCells);
      }
    }
    return null;
  }

  private static int cellCount(TreeNode node, String property, int usual) throws BadInputException {
    int count = node.cell(property, usual);
    if (count < 0 || count > 2) {
      throw new BadInputException(node.path() + ": " + property + " is " + count);
    }
    return count;
  }

  private static long number(int[] cells, int at, int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = (value << Integer.SIZE) | Integer.toUnsignedLong(cells[at + i]);
    }
    return value;
  }
}
