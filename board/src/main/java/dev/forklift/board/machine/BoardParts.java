package dev.forklift.board.machine;

import dev.forklift.board.cpu.Processor;
import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.device.Device;
import dev.forklift.board.time.MachineClock;
import dev.forklift.board.time.Timeline;
import dev.forklift.board.time.WakeUp;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.engine.memory.PhysicalMemory;
import java.util.Map;

/// What a [Board] is put together from.
///
/// @param devices by the paths of their nodes
record BoardParts(
    TreeNode tree,
    PhysicalMemory memory,
    ProcessorType type,
    Processor processor,
    MachineClock clock,
    Timeline timeline,
    WakeUp wakeUp,
    StreamConsole console,
    PanicWatch panic,
    MachinePower power,
    Map<String, Device> devices) {}
