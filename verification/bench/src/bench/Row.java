package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// One thing that is measured: a line of rows.txt.
///
/// @param needs what must be there for it
/// @param command what is run, with {places} in it
record Row(String group, String name, Set<String> needs, List<String> command) {
  /// The rows that are wanted: all, or those of these names or groups.
  static List<Row> read(Path file, Set<String> wanted) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      List<String> words = List.of(line.strip().split("\\s+"));
      Row row =
          new Row(
              words.get(0),
              words.get(1),
              Set.of(words.get(2).split(",")),
              words.subList(3, words.size()));
      if (wanted.isEmpty() || wanted.contains(row.group) || wanted.contains(row.name)) {
        rows.add(row);
      }
    }
    return rows;
  }

  boolean executes() {
    return needs.contains("exec");
  }

  /// Whether it is run inside of a Linux that is booted for it.
  boolean isOnBoard() {
    return needs.contains("board");
  }
}
