package dev.forklift.cli;

import dev.forklift.kernel.gdb.GdbServer;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// What helps to find out why a program does what it does: core files, and a debugger.
final class DebugOptions {
  @Option(
      names = "--core",
      paramLabel = "FILE",
      description =
          "When a process of the guest crashes, write a core file for a debugger. In FILE, %%p"
              + " stands for the process id and %%e for the program's name.")
  private @Nullable String core;

  @Option(
      names = {"--gdb", "-g"},
      paramLabel = "PORT",
      converter = PortConverter.class,
      description =
          "Wait on 127.0.0.1:PORT for GDB before the program's first instruction (there: target"
              + " remote :PORT); 0 takes any free port.")
  private @Nullable Integer port;

  /// @param lines takes what is to be printed, without waiting
  MachineConfig configure(MachineConfig config, Consumer<String> lines) throws IOException {
    String file = core;
    return file == null ? config : config.withCoreDumper(new HostCores(file, lines));
  }

  /// Listens for a debugger, if one is wanted.
  ///
  /// @throws IOException with a message for the user
  @Nullable GdbServer listen() throws IOException {
    Integer wanted = port;
    if (wanted == null) {
      return null;
    }
    try {
      return new GdbServer(wanted);
    } catch (IOException e) {
      throw new IOException("cannot listen on 127.0.0.1:" + wanted + ": " + e.getMessage(), e);
    }
  }

  /// Gives the program into the hands of the debugger, and says where that is expected.
  static void attach(GdbServer server, Machine machine, Consumer<String> lines) {
    machine.traceProgram(server.start(machine.kernel(), line -> lines.accept("forklift: " + line)));
    lines.accept(
        "forklift: waiting for GDB on 127.0.0.1:%d; there: target remote :%d"
            .formatted(server.port(), server.port()));
  }

  private static final class PortConverter implements ITypeConverter<Integer> {
    private static final int LARGEST = 65535;

    @Override
    public Integer convert(String text) {
      try {
        int number = Integer.parseInt(text);
        if (number >= 0 && number <= LARGEST) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new TypeConversionException("'" + text + "' is no port number");
    }
  }
}
