package dev.forklift.board.machine;

import dev.forklift.board.BadInputException;
import dev.forklift.board.cpu.Stop;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Notices that a Linux kernel has panicked.
///
/// Such a kernel does not halt: it looks at the clock for ever, with interrupts on, in which
/// nothing can be proved to come to no end. But it says so before, and after that no user code runs
/// any more and there is no rest either. A program that only prints the same words is soon followed
/// by one or the other.
final class PanicWatch implements Stateful {
  /// What the last line of a panic has, behind the time and perhaps a level.
  private static final String LAST_WORDS = "---[ end Kernel panic - not syncing";

  private static final String LAST_WORDS_END = " ]---";
  private static final int LONGEST = 400;

  /// For how much of the machine's time nothing else must have happened.
  private static final long CERTAIN = 1_000_000_000;

  private final byte[] line = new byte[LONGEST];
  private int length;
  private @Nullable String reason;
  private boolean isNew;
  private long since;

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    byte[] shown = fields.bytes(Arrays.copyOf(line, length), LONGEST);
    System.arraycopy(shown, 0, line, 0, shown.length);
    length = shown.length;
    boolean suspects = fields.flag(reason != null);
    byte[] why =
        fields.bytes(String.valueOf(reason).getBytes(StandardCharsets.ISO_8859_1), LONGEST);
    reason = suspects ? new String(why, StandardCharsets.ISO_8859_1) : null;
    isNew = fields.flag(isNew);
    since = fields.number(since, 0, Long.MAX_VALUE);
  }

  /// The console shows a byte.
  void shows(int value) {
    if (value == '\n') {
      look();
      length = 0;
    } else if (length < LONGEST) {
      line[length++] = (byte) value;
    }
  }

  private void look() {
    String text = new String(line, 0, length, StandardCharsets.ISO_8859_1);
    int at = text.indexOf(LAST_WORDS);
    if (at >= 0) {
      String rest = text.substring(at + LAST_WORDS.length());
      int end = rest.lastIndexOf(LAST_WORDS_END);
      reason = "the kernel panicked" + (end < 0 ? "" : rest.substring(0, end));
      isNew = true;
    }
  }

  /// The machine runs user code, or has nothing to do.
  void isAlive() {
    reason = null;
  }

  /// Whether that is certain by now.
  @Nullable Stop stop(long now) {
    if (reason == null) {
      return null;
    }
    if (isNew) {
      isNew = false;
      since = now;
    }
    return now - since < CERTAIN ? null : new Stop(Stop.Kind.PANICKED, reason);
  }
}
