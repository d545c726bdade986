package dev.forklift.cli;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the usual form of `forklift run` without picocli, which takes longer to start than a small
/// guest takes to run: options of which each stands in a word of its own, its value in the next,
/// then the program. Everything else, wrong use and help above all, is left to picocli.
final class UsualRun {
  private final String[] words;
  private final Set<String> flags = new HashSet<>();

  private UsualRun(String[] words) {
    this.words = words;
  }

  /// What these words ask for as picocli would have it, or null if picocli is to say.
  static @Nullable RunCommand read(String[] words) {
    return words.length > 1 && words[0].equals("run") ? new UsualRun(words).read() : null;
  }

  private @Nullable RunCommand read() {
    RunCommand run = new RunCommand();
    int at = 1;
    while (at < words.length && words[at].startsWith("-")) {
      String name = words[at++];
      boolean known =
          run.takeFlag(name)
              ? flags.add(name)
              : at < words.length && takeOption(run, name, words[at++]);
      if (!known) {
        return null;
      }
    }
    if (at == words.length) {
      return null;
    }
    run.takeProgram(List.of(Arrays.copyOfRange(words, at, words.length)));
    return run;
  }

  /// A value that looks like an option is wrong use.
  private static boolean takeOption(RunCommand run, String name, String value) {
    return !value.startsWith("-") && run.takeOption(name, value);
  }
}
