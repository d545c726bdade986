package bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Linux on a whole machine, qemu-system-nios2. What the machine takes to boot is not counted: the
/// same is run with a count of 0, and its time taken off.
///
/// @param tool boots, and runs a command: `TOOL -f FILE -- ./FILE ARGUMENT...`
record RealKernel(Path tool) implements Peer {
  @Override
  public String name() {
    return "qemu-system";
  }

  @Override
  public String obstacle(Row row) {
    return row.needs().contains("boots") ? null : "";
  }

  @Override
  public Timed run(Row row, List<String> command, Path folder) throws IOException {
    List<String> nothing = new ArrayList<>(command);
    nothing.set(nothing.size() - 1, "0");
    Timed boot = Timed.run(booting(nothing), folder);
    Timed whole = Timed.run(booting(command), folder);
    return new Timed(whole.seconds() - boot.seconds(), whole.status(), whole.output());
  }

  private List<String> booting(List<String> command) {
    Path program = Path.of(command.getFirst());
    List<String> all =
        new ArrayList<>(
            List.of(
                tool.toString(), "-f", program.toString(), "--", "./" + program.getFileName()));
    all.addAll(command.subList(1, command.size()));
    return all;
  }
}
