package dev.forklift.cli;

import java.util.ArrayList;
import java.util.List;

/// Runs several command lines in one JVM, separated by the word `,`. The build has it watched for
/// what starts need, which the JVM then keeps ready.
public final class Rehearsal {
  private static final String SEPARATOR = ",";

  private Rehearsal() {}

  /// Ends with 1 unless all of them were run.
  public static void main(String[] args) {
    boolean all = true;
    List<String> words = new ArrayList<>();
    for (String word : CommandLineBytes.arguments(args)) {
      if (word.equals(SEPARATOR)) {
        all &= Main.run(words.toArray(String[]::new)) != Main.NOT_RUN;
        words.clear();
      } else {
        words.add(word);
      }
    }
    all &= Main.run(words.toArray(String[]::new)) != Main.NOT_RUN;
    System.exit(all ? 0 : 1);
  }
}
