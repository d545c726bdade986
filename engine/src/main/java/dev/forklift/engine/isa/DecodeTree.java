package dev.forklift.engine.isa;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the pattern that a word matches: tests bits that all remaining patterns know, until few
/// remain.
sealed interface DecodeTree {
  /// The pattern that `word` matches, or null.
  @Nullable Pattern find(int word);

  /// A place in the tree where `bits` adjacent bits, from `shift` up, choose the way on.
  record Choice(int shift, int bits, DecodeTree[] branches) implements DecodeTree {
    @Override
    public @Nullable Pattern find(int word) {
      return branches[word >>> shift & (1 << bits) - 1].find(word);
    }
  }

  /// A place where only these patterns remain.
  record Few(Pattern[] patterns) implements DecodeTree {
    @Override
    public @Nullable Pattern find(int word) {
      for (Pattern pattern : patterns) {
        if (pattern.matches(word)) {
          return pattern;
        }
      }
      return null;
    }
  }

  /// A tree of patterns of one length.
  static DecodeTree of(DecodeText text, List<Pattern> patterns) {
    return of(text, patterns, -1);
  }

  private static DecodeTree of(DecodeText text, List<Pattern> patterns, int untested) {
    int common = untested;
    for (Pattern pattern : patterns) {
      common &= pattern.mask();
    }
    if (common == 0 || patterns.size() <= 2) {
      // Patterns that overlap never part on the way here.
      refuseOverlaps(text, patterns);
      return new Few(patterns.toArray(Pattern[]::new));
    }
    int shift = Integer.numberOfTrailingZeros(common);
    int bits = Math.min(Integer.numberOfTrailingZeros(~(common >>> shift)), 8);
    int tested = ((1 << bits) - 1) << shift;
    List<List<Pattern>> groups = new ArrayList<>();
    for (int i = 0; i < 1 << bits; i++) {
      groups.add(new ArrayList<>(2));
    }
    for (Pattern pattern : patterns) {
      groups.get((pattern.match() & tested) >>> shift).add(pattern);
    }
    DecodeTree[] branches = new DecodeTree[1 << bits];
    for (int i = 0; i < branches.length; i++) {
      branches[i] = of(text, groups.get(i), untested & ~tested);
    }
    return new Choice(shift, bits, branches);
  }

  private static void refuseOverlaps(DecodeText text, List<Pattern> patterns) {
    for (int i = 0; i < patterns.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (patterns.get(i).overlaps(patterns.get(j))) {
          throw text.overlap(patterns.get(i), patterns.get(j));
        }
      }
    }
  }
}
