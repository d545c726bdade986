package bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/// Text as programs find it: lines of words, frequent and rare ones, with numbers between them. The
/// same each time.
final class Texts {
  private static final int WORDS = 5000;
  private static final int LONGEST_LINE = 14;

  private final SplittableRandom random = new SplittableRandom(20261123);
  private final String[] words = new String[WORDS];

  private Texts() {
    for (int i = 0; i < WORDS; i++) {
      StringBuilder word = new StringBuilder();
      for (int length = 2 + random.nextInt(8); length > 0; length--) {
        word.append((char) ('a' + Math.min(random.nextInt(26), random.nextInt(26))));
      }
      words[i] = word.toString();
    }
  }

  /// Makes a file of so many bytes, unless it is there.
  static void make(Path file, int bytes) throws IOException {
    if (!Files.exists(file) || Files.size(file) != bytes) {
      Files.writeString(file, new Texts().text(bytes), StandardCharsets.US_ASCII);
    }
  }

  private String text(int bytes) {
    StringBuilder text = new StringBuilder(bytes + 200);
    while (text.length() < bytes) {
      for (int left = 1 + random.nextInt(LONGEST_LINE); left > 0; left--) {
        text.append(random.nextInt(12) == 0 ? Integer.toString(random.nextInt(10000)) : word());
        text.append(left > 1 ? ' ' : '\n');
      }
    }
    text.setLength(bytes - 1);
    return text.append('\n').toString();
  }

  private String word() {
    double part = random.nextDouble();
    return words[(int) (WORDS * part * part * part)];
  }
}
