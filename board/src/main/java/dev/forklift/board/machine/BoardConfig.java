package dev.forklift.board.machine;

import dev.forklift.board.cpu.ProcessorType;
import dev.forklift.board.device.DeviceType;
import dev.forklift.engine.cpu.Engine;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;

/// What a board is made with, beside its device tree.
///
/// @param engine runs its code
/// @param processors the kinds of CPU that it may have
/// @param devices the kinds of devices that it may have; of two for the same node the first
/// @param input what is typed at its console
/// @param output what its console shows
/// @param counted whether time counts instructions, so that two runs are equal
/// @param remarks is told, a line each, what is not as the device tree says
public record BoardConfig(
    Engine engine,
    List<ProcessorType> processors,
    List<DeviceType> devices,
    InputStream input,
    OutputStream output,
    boolean counted,
    Consumer<String> remarks) {
  public BoardConfig {
    processors = List.copyOf(processors);
    devices = List.copyOf(devices);
  }
}
