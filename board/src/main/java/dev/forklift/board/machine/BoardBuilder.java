package dev.forklift.board.machine;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.ExternalInterrupts;
import dev.forklift.board.cpu.Processor;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.device.Console;
import dev.forklift.board.device.Device;
import dev.forklift.board.device.DeviceType;
import dev.forklift.board.device.InterruptController;
import dev.forklift.board.device.InterruptLine;
import dev.forklift.board.device.Placement;
import dev.forklift.board.time.MachineClock;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import dev.forklift.board.tree.Addresses;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes the parts of a machine from what its device tree says.
final class BoardBuilder {
  /// So much memory as a machine of 32 bits can have, or less if the JVM has less.
  private static final long MOST_MEMORY = 1L << 32;

  private final TreeNode tree;
  private final BoardConfig config;
  private final DeviceBus bus = new DeviceBus();
  private final Map<String, DeviceType> types = new HashMap<>();
  private final Map<String, Device> devices = new LinkedHashMap<>();

  BoardBuilder(TreeNode tree, BoardConfig config) {
    this.tree = tree;
    this.config = config;
    for (DeviceType type : config.devices()) {
      type.compatible().forEach(name -> types.putIfAbsent(name, type));
    }
  }

  BoardParts build() throws BadInputException {
    TreeNode cpuNode = cpuNode();
    ProcessorType type = processorType(cpuNode);
    PhysicalMemory memory = memory(type);
    Processor processor = type.create(cpuNode, memory);
    MachineClock clock =
        config.counted()
            ? MachineClock.counted(processor.cpu()::instructions)
            : MachineClock.ofHost();
    Timeline timeline = new Timeline(clock);
    WakeUp wakeUp = new WakeUp(processor.cpu()::interrupt);
    PanicWatch panic = new PanicWatch();
    StreamConsole console = new StreamConsole(config.input(), config.output(), wakeUp, panic);
    MachinePower power = new MachinePower(processor.cpu()::interrupt);
    BoardParts parts =
        new BoardParts(
            tree, memory, type, processor, clock, timeline, wakeUp, console, panic, power, devices);
    new Devices(cpuNode, parts).addAll(tree);
    return parts;
  }

  private TreeNode cpuNode() throws BadInputException {
    TreeNode cpus = tree.child("cpus");
    if (cpus != null) {
      for (TreeNode node : cpus.children()) {
        if (node.has("compatible")) {
          return node;
        }
      }
    }
    throw new BadInputException("the device tree has no CPU");
  }

  private ProcessorType processorType(TreeNode cpu) throws BadInputException {
    for (ProcessorType type : config.processors()) {
      if (type.isFor(cpu)) {
        return type;
      }
    }
    throw new BadInputException("no such CPU is known: " + cpu.string("compatible"));
  }

  private PhysicalMemory memory(ProcessorType type) throws BadInputException {
    List<Addresses.Range> ranges = memories(tree);
    if (ranges.isEmpty()) {
      throw new BadInputException("the device tree has no memory");
    }
    long size = 0;
    for (Addresses.Range range : ranges) {
      size = Math.min(MOST_MEMORY, size + Math.min(MOST_MEMORY, range.length()));
    }
    PhysicalMemory memory =
        new PhysicalMemory(bus, type.byteOrder(), type.pageShift(), type.physicalLimit(), size);
    for (Addresses.Range range : ranges) {
      try {
        memory.add(range.start(), range.length());
      } catch (IllegalArgumentException e) {
        throw new BadInputException("the device tree has an impossible memory: " + e.getMessage());
      }
    }
    return memory;
  }

  /// Where a tree has memory, in its order.
  static List<Addresses.Range> memories(TreeNode tree) throws BadInputException {
    List<Addresses.Range> ranges = new ArrayList<>();
    for (TreeNode node : tree.children()) {
      if ("memory".equals(node.string("device_type"))) {
        ranges.addAll(Addresses.of(node));
      }
    }
    return ranges;
  }

  /// The devices of the tree on their way to the bus.
  private final class Devices {
    private final @Nullable String cpuHandle;
    private final Map<String, InterruptController> controllers = new HashMap<>();
    private final BoardParts parts;
    private final @Nullable String consolePath;

    Devices(TreeNode cpu, BoardParts parts) {
      cpuHandle = handle(cpu);
      this.parts = parts;
      consolePath = consolePath();
    }

    private static @Nullable String handle(TreeNode node) {
      byte[] handle = node.properties().get("phandle");
      return handle == null ? null : HexFormat.of().formatHex(handle);
    }

    /// Where `/chosen` says that people look, without the options behind it.
    private @Nullable String consolePath() {
      TreeNode chosen = tree.child("chosen");
      String path = chosen == null ? null : chosen.string("stdout-path");
      if (path == null) {
        return null;
      }
      String device = path.contains(":") ? path.substring(0, path.indexOf(':')) : path;
      TreeNode aliases = tree.child("aliases");
      return device.startsWith("/") || aliases == null ? device : aliases.string(device);
    }

    /// Interrupt controllers first, since the others lead to them.
    void addAll(TreeNode root) throws BadInputException {
      addBelow(root, true);
      addBelow(root, false);
    }

    private void addBelow(TreeNode node, boolean controllers) throws BadInputException {
      for (TreeNode child : node.children()) {
        if (child.isEnabled() && !child.name().equals("cpus")) {
          if (child.has("interrupt-controller") == controllers) {
            add(child);
          }
          addBelow(child, controllers);
        }
      }
    }

    private void connect(InterruptController controller, TreeNode node) {
      String handle = handle(node);
      if (handle != null) {
        controllers.put(handle, controller);
      }
      Processor processor = parts.processor();
      ExternalInterrupts outside = controller.connect(processor.cpu()::interrupt);
      String parent = interruptParent(node);
      if ((parent != null && !parent.equals(cpuHandle)) || !processor.connect(outside)) {
        config
            .remarks()
            .accept("%s: the CPU takes no interrupts from there".formatted(node.path()));
      }
    }

    private void add(TreeNode node) throws BadInputException {
      List<Addresses.Range> ranges = Addresses.of(node);
      if (ranges.isEmpty() || !node.has("compatible")) {
        return;
      }
      DeviceType type = type(node);
      if (type == null) {
        config
            .remarks()
            .accept(
                "no such device is known: %s (%s); it reads as zero"
                    .formatted(node.path(), String.join(", ", node.strings("compatible"))));
        return;
      }
      Device device = type.create(place(node));
      devices.put(node.path(), device);
      if (device instanceof InterruptController controller) {
        connect(controller, node);
      }
      int base = 0;
      for (Addresses.Range range : ranges) {
        if (!bus.add(range.start(), range.length(), device, base)) {
          throw new BadInputException(
              "%s stands where another device is, at 0x%x".formatted(node.path(), range.start()));
        }
        base += (int) range.length();
      }
    }

    private @Nullable DeviceType type(TreeNode node) {
      for (String name : node.strings("compatible")) {
        DeviceType type = types.get(name);
        if (type != null) {
          return type;
        }
      }
      return null;
    }

    private Placement place(TreeNode node) throws BadInputException {
      return new Placement(
          node,
          interrupts(node),
          parts.timeline(),
          consoleOf(node),
          parts.memory(),
          parts.wakeUp(),
          parts.power());
    }

    /// The machine's console, for the device that `/chosen` names.
    private Console consoleOf(TreeNode node) {
      return node.path().equals(consolePath) ? parts.console() : Console.NOBODY;
    }

    private List<InterruptLine> interrupts(TreeNode node) throws BadInputException {
      int[] lines = node.cells("interrupts");
      if (lines.length == 0) {
        return List.of();
      }
      Processor processor = parts.processor();
      String parent = interruptParent(node);
      if (parent == null || parent.equals(cpuHandle)) {
        return wires(node, lines, "the CPU", processor.interruptLines(), processor::setInterrupt);
      }
      InterruptController controller = controllers.get(parent);
      if (controller == null) {
        config.remarks().accept("%s: its interrupts do not lead to the CPU".formatted(node.path()));
        return List.of();
      }
      return wires(node, lines, "its controller", controller.lines(), controller::set);
    }

    /// The end of wires.
    private interface Inputs {
      void set(int line, boolean raised);
    }

    private static List<InterruptLine> wires(
        TreeNode node, int[] lines, String end, int count, Inputs inputs) throws BadInputException {
      List<InterruptLine> wires = new ArrayList<>();
      for (int line : lines) {
        if (line < 0 || line >= count) {
          throw new BadInputException(
              "%s: %s has no interrupt %d".formatted(node.path(), end, line));
        }
        wires.add(raised -> inputs.set(line, raised));
      }
      return wires;
    }

    /// The handle of what a node's interrupts lead to, or null if nobody says.
    private static @Nullable String interruptParent(TreeNode node) {
      for (TreeNode at = node; at != null; at = at.parent()) {
        byte[] parent = at.properties().get("interrupt-parent");
        if (parent != null) {
          return HexFormat.of().formatHex(parent);
        }
      }
      return null;
    }
  }
}
