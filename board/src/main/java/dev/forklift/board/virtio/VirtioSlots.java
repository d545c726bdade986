package dev.forklift.board.virtio;

import dev.forklift.board.BadInputException;
import dev.forklift.board.device.Device;
import dev.forklift.board.device.DeviceType;
import dev.forklift.board.device.Placement;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.board.tree.Vacancies;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// The places of a machine where a device of this kind can be.
///
///     VirtioSlots slots = new VirtioSlots();
///     slots.add(tree, new BlockDevice(disk));
///
/// It is then the [DeviceType] that puts them there. A place of the machine's own tree that was
/// given nothing is empty, which drivers understand.
public final class VirtioSlots implements DeviceType {
  private static final String COMPATIBLE = "virtio,mmio";

  /// Where the first one goes if nothing else is there: below 512 MiB, where a kernel without much
  /// room for mappings reaches devices directly.
  private static final long FIRST_ADDRESS = 0x1c00_0000;

  private static final long LENGTH = 0x200;
  private static final int FIRST_INTERRUPT = 16;

  private final Map<String, VirtioDevice> devices = new HashMap<>();

  /// Adds a node for a device to the root of a machine's tree.
  ///
  /// @return the node's path
  public String add(TreeNode tree, VirtioDevice device) throws BadInputException {
    Vacancies vacancies = new Vacancies(tree);
    long address = vacancies.address(FIRST_ADDRESS, LENGTH);
    TreeNode node =
        new TreeNode("virtio@%x".formatted(address))
            .with("compatible", COMPATIBLE)
            .with("reg", vacancies.reg(address, LENGTH))
            .with("interrupt-parent", vacancies.interruptParent())
            .with("interrupts", vacancies.interrupt(FIRST_INTERRUPT));
    tree.with(node);
    devices.put(node.path(), device);
    return node.path();
  }

  @Override
  public Set<String> compatible() {
    return Set.of(COMPATIBLE);
  }

  @Override
  public Device create(Placement place) {
    VirtioDevice device = devices.get(place.node().path());
    return new VirtioTransport(device == null ? NOTHING : device, place);
  }

  private static final VirtioDevice NOTHING =
      new VirtioDevice() {
        @Override
        public int type() {
          return 0;
        }

        @Override
        public int queues() {
          return 0;
        }

        @Override
        public void transfer(StateFields fields) {}

        @Override
        public void serve(int index, Virtqueue queue) {}
      };
}
