package dev.forklift.verify.delta;

import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.calls.SyscallNames;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// Makes ELF files of assembly text, for a CPU that no toolchain knows.
///
/// Beside instructions and labels a text may have
///
///     sys NAME          a system call by its name
///     const REG, NUMBER a number of 64 bits
///     report REG        eight bytes to standard output (changes a0 to a2 and nr)
///     .ascii "TEXT"     characters, with `\n` and `\0`
///
/// It defines `main`, whose a0 becomes the exit status; fp points to 64 KiB of zeros.
public final class DeltaProgram {
  static final long TEXT = 0x1_0000_0000L;
  static final long DATA = 0x2_0000_0000L;
  static final int DATA_BYTES = 0x1_0000;

  private static final int PAGE = 1 << DeltaLinux.PAGE_SHIFT;

  /// Where the file's own header lies in memory.
  static final long HEADER = TEXT - PAGE;

  private static final int HEADERS = 2;

  private static final String BEFORE_MAIN =
      """
      mov t0, sp
      const fp, 0x200000000
      bal main
      nop
      sys exit_group
      report: addi sp, sp, -16
      st a0, 0(sp)
      li a0, 1
      mov a1, sp
      li a2, 8
      sys write
      ret
      addi sp, sp, 16
      """;

  private static final Map<String, Integer> NUMBERS = numbers();

  private DeltaProgram() {}

  private static Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    SyscallNames.asmGeneric(true).forEach((number, name) -> numbers.put(name, number));
    new DeltaLinux().ownSyscalls().forEach((number, name) -> numbers.put(name, number));
    return Map.copyOf(numbers);
  }

  static int number(String call) {
    Integer number = NUMBERS.get(call);
    if (number == null) {
      throw new IllegalArgumentException("no system call '" + call + "'");
    }
    return number;
  }

  /// The ELF file of a program.
  public static byte[] of(String text) {
    return elf(assemble(TEXT, BEFORE_MAIN + text));
  }

  /// The code of a text that will lie at `start`.
  static byte[] assemble(long start, String text) {
    String plain = text.lines().map(DeltaProgram::expand).collect(Collectors.joining("\n"));
    return new Delta().instructions().assembler().assemble(start, plain);
  }

  private static String expand(String line) {
    int colon = line.indexOf(':');
    String label =
        colon < 0 || (line.indexOf('"') >= 0 && line.indexOf('"') < colon)
            ? ""
            : line.substring(0, colon + 1);
    String rest = line.substring(label.length()).strip();
    String[] words = rest.split("\\s+", 2);
    return label
        + switch (words[0]) {
          case "sys" ->
              "\naddi nr, zero, " + number(words[1]) + "\ntrap " + DeltaLinux.TRAP_SYSCALL;
          case "const" -> "\n" + constant(words[1].split(",\\s*"));
          case "report" -> "\nmov a0, " + words[1] + "\nbal report\nnop";
          case ".ascii" -> "\n" + characters(words[1].substring(1, words[1].length() - 1));
          default -> rest;
        };
  }

  private static String constant(String[] operands) {
    String register = operands[0];
    long value =
        operands[1].startsWith("0x")
            ? Long.parseUnsignedLong(operands[1].substring(2), 16)
            : Long.parseLong(operands[1]);
    int pieces = 1;
    while (value >> (16 * pieces - 1) != 0 && value >> (16 * pieces - 1) != -1) {
      pieces++;
    }
    StringBuilder code = new StringBuilder();
    code.append("addi %s, zero, %d\n".formatted(register, (short) (value >> (16 * (pieces - 1)))));
    for (int i = pieces - 2; i >= 0; i--) {
      code.append("shori %s, %s, %d\n".formatted(register, register, (value >> (16 * i)) & 0xffff));
    }
    return code.toString();
  }

  private static String characters(String text) {
    byte[] bytes =
        text.replace("\\n", "\n").replace("\\0", "\0").getBytes(StandardCharsets.ISO_8859_1);
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < bytes.length; i += Short.BYTES) {
      int second = i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0;
      code.append(".half ").append((bytes[i] & 0xff) << 8 | second).append('\n');
    }
    return code.toString();
  }

  private static byte[] elf(byte[] code) {
    StructWriter w = new StructWriter(DeltaLinux.DATA_MODEL);
    w.bytes(new byte[] {0x7f, 'E', 'L', 'F', 2, 2, 1}).skip(9);
    w.u16(2).u16(DeltaLinux.MACHINE).u32(1).word(TEXT).word(64).word(0);
    w.u32(0).u16(64).u16(56).u16(HEADERS).u16(0).u16(0).u16(0);
    int loaded = PAGE + code.length;
    w.u32(1).u32(5).word(0).word(HEADER).word(HEADER).word(loaded).word(loaded).word(PAGE);
    w.u32(1).u32(6).word(0).word(DATA).word(DATA).word(0).word(DATA_BYTES).word(PAGE);
    return w.skip(PAGE - w.size()).bytes(code).toBytes();
  }
}
