package dev.forklift.cli;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads command lines of the usual form without picocli, which takes longer to start than a small
/// guest takes to run: options of which each stands in a word of its own, its value in the next,
/// then, for `run`, the program. Everything else, wrong use and help above all, is left to picocli.
final class UsualLine {
  /// Options that may be given more than once.
  private static final Set<String> REPEATABLE =
      Set.of("-v", "-e", "-E", "--env", "--custom", "--disk", "--share");

  private final String[] words;
  private final Set<String> given = new HashSet<>();
  private int at = 1;

  private UsualLine(String[] words) {
    this.words = words;
  }

  /// What these words ask for as picocli would have it, or null if picocli is to say.
  static @Nullable UsualCommand read(String[] words) {
    if (words.length < 2) {
      return null;
    }
    UsualCommand command =
        switch (words[0]) {
          case "run" -> new RunCommand();
          case "boot" -> new BootCommand();
          default -> null;
        };
    return command != null && new UsualLine(words).readInto(command) ? command : null;
  }

  private boolean readInto(UsualCommand command) {
    while (at < words.length && words[at].startsWith("-")) {
      String name = words[at++];
      boolean known =
          command.takeFlag(name) || (at < words.length && takeOption(command, name, words[at++]));
      if (!known || !(given.add(name) || REPEATABLE.contains(name))) {
        return false;
      }
    }
    return command.takeRest(words, Arrays.asList(words).subList(at, words.length));
  }

  /// A value that looks like an option is wrong use.
  private static boolean takeOption(UsualCommand command, String name, String value) {
    return !value.startsWith("-") && command.takeOption(name, value);
  }
}
