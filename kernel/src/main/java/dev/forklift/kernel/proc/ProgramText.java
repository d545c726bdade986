package dev.forklift.kernel.proc;

import dev.forklift.kernel.mm.ImageLayout;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.process.Task;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What a program was started with, as it has it in its memory.
final class ProgramText {
  private static final int LONGEST = 1 << 22;

  private ProgramText() {}

  static String environment(Task task) {
    Mm mm = task.mm();
    return mm == null ? "" : memory(mm, mm.image().envStart(), mm.image().envEnd());
  }

  /// The arguments, each with a zero byte behind it. A program that has overwritten the last one is
  /// taken to have given itself a title, which may reach into the environment.
  static String commandLine(Task task) {
    Mm mm = task.mm();
    if (mm == null) {
      return "";
    }
    ImageLayout image = mm.image();
    String arguments = memory(mm, image.argStart(), image.argEnd());
    if (arguments.isEmpty() || arguments.endsWith("\0")) {
      return arguments;
    }
    String all = memory(mm, image.argStart(), image.envEnd());
    int end = all.indexOf('\0');
    return end < 0 ? all : all.substring(0, end + 1);
  }

  private static String memory(Mm mm, long start, long end) {
    int length = Math.clamp(end - start, 0, LONGEST);
    byte[] bytes = new byte[length];
    int got = mm.user().readUpTo(start, bytes, 0, length);
    return new String(bytes, 0, got, StandardCharsets.ISO_8859_1);
  }

  /// The auxiliary vector as the program's words.
  static String auxiliaryVector(Task task) {
    Mm mm = task.mm();
    if (mm == null) {
      return "";
    }
    long[] words = mm.auxv();
    int word = mm.user().model().wordBytes();
    boolean ended = words.length >= 2 && words[words.length - 2] == 0;
    ByteBuffer out = ByteBuffer.allocate((words.length + (ended ? 0 : 2)) * word);
    out.order(mm.space().byteOrder());
    for (long value : words) {
      if (word == Long.BYTES) {
        out.putLong(value);
      } else {
        out.putInt((int) value);
      }
    }
    return new String(out.array(), StandardCharsets.ISO_8859_1);
  }
}
