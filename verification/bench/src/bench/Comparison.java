package bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The runs of one row on Forklift and on a peer, made in turn so that a change of the machine's
/// speed meets both.
record Comparison(Row row, Peer peer, List<Double> ours, List<Double> theirs) {
  /// @throws IOException if one does not run, or they do not answer alike
  static Comparison of(
      Row row, List<String> command, Peer forklift, Peer peer, int runs, Path folder)
      throws IOException {
    Comparison result = new Comparison(row, peer, new ArrayList<>(), new ArrayList<>());
    for (int i = -1; i < runs; i++) {
      Timed our = forklift.run(row, command, folder);
      Timed their = peer.run(row, command, folder);
      if (our.status() != 0 || !our.isLike(their)) {
        throw new IOException(
            "they differ: Forklift ends with %d and prints %s, %s with %d and %s"
                .formatted(our.status(), shown(our), peer.name(), their.status(), shown(their)));
      }
      // The first warms files up.
      if (i >= 0) {
        result.ours.add(our.seconds());
        result.theirs.add(their.seconds());
      }
    }
    return result;
  }

  private static String shown(Timed run) {
    String line = run.output().strip();
    return "\"" + (line.length() > 60 ? line.substring(0, 60) + "..." : line) + "\"";
  }

  /// How many times as long the peer takes, pair by pair.
  List<Double> ratios() {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      ratios.add(theirs.get(i) / ours.get(i));
    }
    return ratios;
  }

  static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
