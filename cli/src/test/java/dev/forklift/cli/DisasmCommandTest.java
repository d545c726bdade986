package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.arch.nios2.Nios2;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class DisasmCommandTest {
  private static final int CODE = 0x1_0000;
  private static final int CODE_OFFSET = 84;

  /// `sum` begins behind the first instruction.
  private static final String TEXT =
      """
      ret
      ldw r3, 4(r4)
      add r2, r2, r3
      addi r5, r5, -1
      bne r5, zero, 0x10004
      ret
      """;

  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path program;

  @BeforeEach
  void makeProgram() throws IOException {
    byte[] code = new Nios2().instructions().assembler().assemble(CODE, TEXT);
    program = Files.write(temp.resolve("program"), elf(code));
  }

  /// A program with one segment of code, entered at its beginning, and the symbol `sum`.
  private static byte[] elf(byte[] code) {
    byte[] names = "\0sum\0".getBytes(StandardCharsets.US_ASCII);
    int symbols = CODE_OFFSET + code.length;
    int strings = symbols + 32;
    int sections = strings + 8;
    ByteBuffer elf = ByteBuffer.allocate(sections + 3 * 40).order(ByteOrder.LITTLE_ENDIAN);
    elf.putInt(0, 0x464c457f).put(4, (byte) 1).put(5, (byte) 1).put(6, (byte) 1);
    elf.putShort(16, (short) 2).putShort(18, (short) 113).putInt(20, 1);
    elf.putInt(24, CODE).putInt(28, 52).putInt(32, sections);
    elf.putShort(40, (short) 52).putShort(42, (short) 32).putShort(44, (short) 1);
    elf.putShort(46, (short) 40).putShort(48, (short) 3);
    elf.putInt(52, 1).putInt(56, CODE_OFFSET).putInt(60, CODE).putInt(68, code.length);
    elf.putInt(72, code.length).putInt(76, 5).putInt(80, 4);
    elf.put(CODE_OFFSET, code);
    elf.putInt(symbols + 16, 1).putInt(symbols + 20, CODE + 4).putInt(symbols + 24, 20);
    elf.put(symbols + 28, (byte) 0x12).putShort(symbols + 30, (short) 1);
    elf.put(strings, names);
    section(elf, sections + 40, 2, symbols, 32, 2);
    section(elf, sections + 80, 3, strings, names.length, 0);
    return elf.array();
  }

  private static void section(ByteBuffer elf, int at, int type, int offset, int size, int link) {
    elf.putInt(at + 4, type).putInt(at + 16, offset).putInt(at + 20, size).putInt(at + 24, link);
  }

  private int disasm(Object... words) {
    CommandLine command = ForkliftCommand.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] all = new String[words.length + 1];
    all[0] = "disasm";
    for (int i = 0; i < words.length; i++) {
      all[i + 1] = words[i].toString();
    }
    return command.execute(all);
  }

  @Test
  void guestCodeIsShownWithTheStepsItMeansAndItsBytecode() {
    assertThat(disasm(program, "sum")).isZero();
    assertThat(out.toString())
        .startsWith("0x10004 sum: 2 blocks, 5 instructions of the guest; a class of ")
        .containsSubsequence(
            "  entered by\n",
            "istore r2\n",
            "\n0x10004 sum\n",
            "   10004  20c00117  ldw r3,4(r4)\n",
            "                      r3 = load.s32 [r4 + 4]\n",
            "   10008  10c5883a  add r2,r2,r3\n",
            "                      r2 = add.32 r2, r3\n",
            "                      branch not_equal r5, 0 to 0x10004, else 0x10014\n",
            "  bytecode\n",
            "iadd\n",
            "istore r2\n",
            "\n0x10014 sum+0x10\n",
            "return to ra\n",
            "  left by\n",
            "ireturn\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void onlyTheGuestsCodeCanBeAskedFor() {
    assertThat(disasm("--guest", program)).isZero();
    assertThat(out.toString().lines().skip(1))
        .containsExactly("", "0x10000", "   10000  f800283a  ret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sum+0x10", "0x10014"})
  void aPlaceIsASymbolAnAddressOrBoth(String place) {
    assertThat(disasm("--guest", program, place)).isZero();
    assertThat(out.toString()).contains("0x10014 sum+0x10\n   10014  f800283a  ret\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main",
        "sum+16",
        "sum+0x",
        "0x",
        "0x10002",
        "0x20000",
        "0xffffffffffff0000",
        "+",
        ""
      })
  void whereNoCodeIsIsOneLineAndStatus1(String place) {
    assertThat(disasm(program, place)).isOne();
    assertThat(err.toString()).startsWith("forklift: " + program + ": no ").hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aFileThatIsNotThereIsOneLineAndStatus125() {
    assertThat(disasm(temp.resolve("none"))).isEqualTo(125);
    assertThat(err.toString())
        .isEqualTo("forklift: " + temp.resolve("none") + ": no such file or folder\n");
  }

  @Test
  void whatIsNoProgramForTheCpuIsOneLineAndStatus125() throws IOException {
    byte[] other = Files.readAllBytes(program);
    other[18] = 62;

    assertThat(disasm(Files.write(temp.resolve("other"), other))).isEqualTo(125);
    assertThat(disasm(Files.writeString(temp.resolve("text"), "#!/bin/sh\n"))).isEqualTo(125);
    assertThat(disasm(Files.createFile(temp.resolve("empty")))).isEqualTo(125);
    assertThat(disasm(temp)).isEqualTo(125);
    assertThat(err.toString())
        .hasLineCount(4)
        .contains("other: is no program or library for nios2\n", "text: is no", "empty: is no");
  }

  @Test
  void damagedFilesAreRefusedOrShown() throws IOException {
    byte[] whole = Files.readAllBytes(program);
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = Arrays.copyOf(whole, random.nextInt(20, whole.length + 1));
      for (int hit = random.nextInt(4); hit > 0; hit--) {
        damaged[random.nextInt(20, damaged.length)] = (byte) random.nextInt();
      }
      Path file = Files.write(temp.resolve("damaged"), damaged);
      assertThat(disasm(file, "sum")).as("%s", err).isIn(0, 1, 125);
      assertThat(err.toString()).doesNotContain("failed");
    }
  }
}
