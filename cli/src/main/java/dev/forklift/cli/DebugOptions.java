package dev.forklift.cli;

import dev.forklift.board.gdb.BoardDebugger;
import dev.forklift.kernel.gdb.GdbServer;
import dev.forklift.kernel.machine.Machine;
import dev.forklift.kernel.machine.MachineConfig;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

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
    return listening(wanted, GdbServer::new);
  }

  /// Listens for a debugger of a board.
  ///
  /// @throws IOException with a message for the user
  static BoardDebugger listening(int port) throws IOException {
    return listening(port, BoardDebugger::new);
  }

  private interface Listening<T> {
    T on(int port) throws IOException;
  }

  private static <T> T listening(int port, Listening<T> listening) throws IOException {
    try {
      return listening.on(port);
    } catch (IOException e) {
      throw new IOException("cannot listen on 127.0.0.1:" + port + ": " + e.getMessage(), e);
    }
  }

  /// What is said while nobody has come.
  static String waiting(int port) {
    return "waiting for GDB on 127.0.0.1:%d; there: target remote :%d".formatted(port, port);
  }

  /// Gives the program into the hands of the debugger, and says where that is expected.
  static void attach(GdbServer server, Machine machine, Consumer<String> lines) {
    machine.traceProgram(server.start(machine.kernel(), line -> lines.accept("forklift: " + line)));
    lines.accept("forklift: " + waiting(server.port()));
  }
}
