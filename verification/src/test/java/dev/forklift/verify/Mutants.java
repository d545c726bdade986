package dev.forklift.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Files that somebody might want to have executed: programs with something changed, random ones,
/// scripts that make no sense. The same seed gives the same ones.
final class Mutants {
  private static final int HEADER_BYTES = 52;
  private static final int SEGMENT_BYTES = 32;
  private static final int SEGMENTS_AT = 28;
  private static final int SEGMENT_COUNT_AT = 44;
  private static final int PT_LOAD = 1;
  private static final int PT_INTERP = 3;

  private static final int[] NASTY = {
    0,
    1,
    2,
    3,
    4,
    51,
    52,
    0x7f,
    0xfff,
    0x1000,
    0x1001,
    0x1fff,
    0x10000,
    0xffff,
    0x0fff_f000,
    0x1000_0000,
    0x7ffe_f000,
    0x7fff_f000,
    0x7fff_ffff,
    0x8000_0000,
    0xc000_0000,
    0xffff_0000,
    0xffff_f000,
    0xffff_fffc,
    0xffff_ffff
  };

  private final List<byte[]> programs = new ArrayList<>();
  private final SplittableRandom random;

  /// @param folder programs to change
  Mutants(Path folder, long seed) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        programs.add(Files.readAllBytes(file));
      }
    }
    random = new SplittableRandom(seed);
  }

  byte[] next() {
    return switch (random.nextInt(16)) {
      case 0 -> cut();
      case 1 -> bytes(random.nextInt(600));
      case 2 -> script();
      case 3, 4 -> randomCode();
      case 5, 6 -> changedCode();
      case 7 -> otherSegments();
      case 8, 9 -> withInterpreter();
      default -> changedHeaders();
    };
  }

  private byte[] program() {
    return programs.get(random.nextInt(programs.size())).clone();
  }

  private byte[] bytes(int count) {
    byte[] result = new byte[count];
    random.nextBytes(result);
    return result;
  }

  private static ByteBuffer view(byte[] program) {
    return ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int nasty() {
    int value = NASTY[random.nextInt(NASTY.length)];
    return random.nextInt(4) == 0 ? value + random.nextInt(-2, 3) : value;
  }

  /// Ends at or near the end of some part of the file.
  private byte[] cut() {
    byte[] program = program();
    ByteBuffer elf = view(program);
    int headers = elf.getInt(SEGMENTS_AT);
    int count = elf.getShort(SEGMENT_COUNT_AT);
    List<Integer> ends = new ArrayList<>(List.of(0, 1, 4, 16, 20, 24, 28, HEADER_BYTES));
    for (int i = 0; i < count; i++) {
      int at = headers + i * SEGMENT_BYTES;
      ends.add(at);
      ends.add(at + SEGMENT_BYTES);
      ends.add(elf.getInt(at + 4));
      ends.add(elf.getInt(at + 4) + elf.getInt(at + 16));
    }
    int end = ends.get(random.nextInt(ends.size())) + random.nextInt(-1, 2);
    return Arrays.copyOf(program, Math.clamp(end, 0, program.length));
  }

  private byte[] changedHeaders() {
    byte[] program = program();
    ByteBuffer elf = view(program);
    int end = HEADER_BYTES + SEGMENT_BYTES * elf.getShort(SEGMENT_COUNT_AT);
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      int at = random.nextInt(random.nextInt(3) == 0 ? 0 : 16, end);
      switch (random.nextInt(4)) {
        case 0 -> elf.put(at, (byte) random.nextInt());
        case 1 -> elf.put(at, (byte) (elf.get(at) ^ 1 << random.nextInt(8)));
        case 2 -> elf.putShort(at & -2, (short) nasty());
        default -> elf.putInt(at & -4, nasty());
      }
    }
    return program;
  }

  /// Instructions of all kinds instead of the program's.
  private byte[] randomCode() {
    byte[] program = program();
    int start = entry(program);
    for (int at = start; at < program.length - 4 && at < start + 4096; at += 4) {
      view(program).putInt(at, instruction());
    }
    return program;
  }

  private byte[] changedCode() {
    byte[] program = program();
    int start = entry(program);
    for (int i = random.nextInt(1, 30); i > 0; i--) {
      int at = start + 4 * random.nextInt(Math.max(1, Math.min(400, (program.length - start) / 4)));
      if (at + 4 <= program.length) {
        view(program).putInt(at, instruction());
      }
    }
    return program;
  }

  /// Where in the file execution begins.
  private static int entry(byte[] program) {
    ByteBuffer elf = view(program);
    int entry = elf.getInt(24);
    int headers = elf.getInt(SEGMENTS_AT);
    for (int i = 0; i < elf.getShort(SEGMENT_COUNT_AT); i++) {
      int at = headers + i * SEGMENT_BYTES;
      int address = elf.getInt(at + 8);
      if (elf.getInt(at) == PT_LOAD && entry >= address && entry < address + elf.getInt(at + 16)) {
        return elf.getInt(at + 4) + entry - address;
      }
    }
    return HEADER_BYTES;
  }

  /// Any word, or one of the operation codes with small operands, or a trap.
  private int instruction() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt();
      case 1 -> 0x003b_683a; // trap 0
      case 2 -> 0x0080_0004 | random.nextInt(450) << 6; // movi r2, number
      case 3 -> 0x3a | random.nextInt(64) << 11 | random.nextInt() << 17; // register operations
      case 4 -> random.nextInt(64) | random.nextInt(32) << 6 | random.nextInt() << 22;
      default -> random.nextInt(64) | random.nextInt(-64, 64) << 6 | random.nextInt() << 22;
    };
  }

  /// Segments that overlap, are as large as can be, or lie where none can be.
  private byte[] otherSegments() {
    byte[] program = program();
    int count = random.nextInt(8) == 0 ? 65535 : random.nextInt(1, 20);
    int room = Math.min(count, 20);
    byte[] result = Arrays.copyOf(program, program.length + room * SEGMENT_BYTES);
    ByteBuffer elf = view(result);
    elf.putInt(SEGMENTS_AT, program.length);
    elf.putShort(SEGMENT_COUNT_AT, (short) count);
    for (int i = 0; i < room; i++) {
      int at = program.length + i * SEGMENT_BYTES;
      elf.putInt(at, random.nextInt(6) == 0 ? random.nextInt(8) : PT_LOAD);
      elf.putInt(at + 4, random.nextBoolean() ? 0 : nasty() & -4096);
      elf.putInt(at + 8, random.nextBoolean() ? 0x10000 * random.nextInt(16) : nasty() & -4096);
      elf.putInt(at + 12, nasty());
      elf.putInt(at + 16, random.nextBoolean() ? program.length : nasty());
      elf.putInt(at + 20, random.nextBoolean() ? program.length : nasty());
      elf.putInt(at + 24, random.nextInt(8));
      elf.putInt(at + 28, random.nextBoolean() ? 4096 : nasty());
    }
    return result;
  }

  /// Wants another program to load it.
  private byte[] withInterpreter() {
    byte[] program = program();
    byte[] name =
        switch (random.nextInt(10)) {
          case 0 -> "/job/no-such\0".getBytes(StandardCharsets.ISO_8859_1);
          case 1 -> "/job\0".getBytes(StandardCharsets.ISO_8859_1);
          case 2 -> "/dev/zero\0".getBytes(StandardCharsets.ISO_8859_1);
          case 3 -> "/job/unterminated".getBytes(StandardCharsets.ISO_8859_1);
          case 4 -> "\0".getBytes(StandardCharsets.ISO_8859_1);
          case 5 -> bytes(random.nextInt(40));
          case 6 ->
              ("/" + "x/".repeat(random.nextInt(2100)) + "\0")
                  .getBytes(StandardCharsets.ISO_8859_1);
          default -> ("/job/" + random.nextInt(100) + "\0").getBytes(StandardCharsets.ISO_8859_1);
        };
    int count = view(program).getShort(SEGMENT_COUNT_AT) + 1;
    int table = program.length + name.length + 3 & -4;
    byte[] result = Arrays.copyOf(program, table + count * SEGMENT_BYTES);
    System.arraycopy(name, 0, result, program.length, name.length);
    ByteBuffer elf = view(result);
    int old = elf.getInt(SEGMENTS_AT);
    elf.putInt(SEGMENTS_AT, table);
    elf.putShort(SEGMENT_COUNT_AT, (short) count);
    System.arraycopy(program, old, result, table + SEGMENT_BYTES, (count - 1) * SEGMENT_BYTES);
    elf.putInt(table, PT_INTERP);
    elf.putInt(table + 4, program.length);
    elf.putInt(table + 16, random.nextInt(6) == 0 ? nasty() : name.length);
    elf.putInt(table + 20, name.length);
    return result;
  }

  private byte[] script() {
    String interpreter =
        switch (random.nextInt(8)) {
          case 0 -> "";
          case 1 -> "   \t ";
          case 2 -> "/no/such";
          case 3 -> "/job";
          case 4 -> "/" + "long".repeat(random.nextInt(2000));
          case 5 -> new String(bytes(random.nextInt(300)), StandardCharsets.ISO_8859_1);
          default -> "/job/" + random.nextInt(100);
        };
    String line = "#!" + (random.nextBoolean() ? " " : "") + interpreter;
    String rest = random.nextBoolean() ? " an argument\n" : random.nextBoolean() ? "\n" : "";
    return (line + rest).getBytes(StandardCharsets.ISO_8859_1);
  }
}
