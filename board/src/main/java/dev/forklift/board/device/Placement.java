package dev.forklift.board.device;

import dev.forklift.board.BadInputException;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.memory.PhysicalMemory;
import java.util.List;

/// Where a device stands in its machine.
///
/// @param node what describes it
/// @param interrupts its wires, in the order of the node's `interrupts`
/// @param timeline the machine's time
/// @param console what is at the other end, for a device that people talk through
/// @param memory the machine's memory, for a device that loads and stores by itself
/// @param wakeUp how other threads get the machine's to look
/// @param power ends the run
public record Placement(
    TreeNode node,
    List<InterruptLine> interrupts,
    Timeline timeline,
    Console console,
    PhysicalMemory memory,
    WakeUp wakeUp,
    PowerSwitch power) {
  public Placement {
    interrupts = List.copyOf(interrupts);
  }

  /// Its only wire, if it has one.
  public InterruptLine interrupt() {
    return interrupts.isEmpty() ? InterruptLine.NOWHERE : interrupts.getFirst();
  }

  /// Its clock in hertz, which must be there.
  public long clockFrequency() throws BadInputException {
    long hertz = node.required("clock-frequency");
    if (hertz == 0) {
      throw new BadInputException(node.path() + ": a clock of 0 Hz");
    }
    return hertz;
  }
}
