package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A way to run a Nios II program: Forklift, or what it is compared with.
interface Peer {
  String name();

  /// Says why it cannot run this row, or null. An empty text needs no saying.
  String obstacle(Row row);

  /// Runs a row's command from start to end.
  Timed run(Row row, List<String> command, Path folder) throws IOException;

  /// The first file of that name on PATH, or null.
  static Path onPath(String name) {
    for (String folder : System.getenv("PATH").split(":")) {
      Path file = Path.of(folder).resolve(name);
      if (Files.isExecutable(file)) {
        return file.toAbsolutePath();
      }
    }
    return null;
  }
}
