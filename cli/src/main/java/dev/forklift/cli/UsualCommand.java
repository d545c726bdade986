package dev.forklift.cli;

import java.util.List;
import java.util.concurrent.Callable;

/// A subcommand whose usual lines are read without picocli.
///
/// What a method takes is what picocli would have set; what it does not take is left to picocli,
/// which also says what is wrong with it.
interface UsualCommand extends Callable<Integer> {
  @Override
  Integer call();

  /// Takes an option without a value; says whether it is one.
  boolean takeFlag(String name);

  /// Takes an option with a value; says whether it is one that can be taken so.
  boolean takeOption(String name, String value);

  /// Takes what follows the options; says whether that is as it should be.
  ///
  /// @param line the whole command line
  boolean takeRest(String[] line, List<String> rest);
}
