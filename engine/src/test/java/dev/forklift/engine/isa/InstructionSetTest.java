package dev.forklift.engine.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InstructionSetTest {
  private static final Registers REGISTERS =
      new Registers(List.of("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"), 32, -1);

  private static InstructionSet.Builder load(String text, ByteOrder order) {
    return InstructionSet.load(
        "test.decode",
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        REGISTERS,
        order);
  }

  /// A set in which nothing does anything.
  private static InstructionSet set(String text, ByteOrder order) {
    InstructionSet.Builder builder = load(text, order);
    text.lines()
        .filter(line -> !line.isBlank() && "#$%&@".indexOf(line.charAt(0)) < 0)
        .map(line -> line.split("\\s+", 2)[0])
        .filter(name -> !name.equals("alias"))
        .forEach(name -> builder.on(name, _ -> {}));
    return builder.build();
  }

  private static InstructionSet set(String text) {
    return set(text, ByteOrder.LITTLE_ENDIAN);
  }

  private static Instruction decode(InstructionSet set, int word, int bytes) {
    return Objects.requireNonNull(set.decode(word, bytes));
  }

  @Test
  void readsFieldsOfSeveralPiecesWithSignAndScale() {
    InstructionSet set =
        set(
            """
            %x 0:s3 12:2 !function=times4
            a 01 .. y:8 - ... %x
            """);
    // x = the signed bits 2..0, then bits 13..12, times four.
    Instruction a = decode(set, 0b01_10_10110001_0_101, 2);
    assertThat(a.name()).isEqualTo("a");
    assertThat(a.get("x")).isEqualTo(((-3 << 2) + 2) * 4);
    assertThat(a.get("y")).isEqualTo(0b10110001);
  }

  @Test
  void numbersMayBeFixedByThePattern() {
    InstructionSet set =
        set(
            """
            &s x y
            @f .... x:8 .... &s
            a 0000 ........ 0000 @f y=5
            b 0000 ........ 0001 @f y=-0x10
            """);
    assertThat(decode(set, 0x0120, 2).get("y")).isEqualTo(5);
    assertThat(decode(set, 0x0121, 2).get("y")).isEqualTo(-16);
    assertThat(decode(set, 0x0121, 2).get("x")).isEqualTo(0x12);
    assertThat(set.decode(0x0122, 2)).isNull();
  }

  @Test
  void decidesTheLengthByTheFirstHalfInEitherByteOrder() {
    InstructionSet big =
        set(
            """
            s 0 x:15
            l 1111 0001 ---- ---- ---- ---- ---- ----
            """,
            ByteOrder.BIG_ENDIAN);
    assertThat(big.unit()).isEqualTo(2);
    assertThat(big.length(0x1234)).isEqualTo(2);
    assertThat(big.length(0xf1ab)).isEqualTo(4);
    assertThat(big.length(0xf0ab)).as("nothing begins so").isEqualTo(2);
    assertThat(big.join(0xf1ab, 0x8000)).isEqualTo(0xf1ab_8000);
    InstructionSet little =
        set("s x:15 0\nl ---- ---- ---- ---- ---- ---- ---- -111", ByteOrder.LITTLE_ENDIAN);
    assertThat(little.length(0x1234)).isEqualTo(2);
    assertThat(little.length(0xf007)).isEqualTo(4);
    assertThat(little.length(0xf001)).isEqualTo(2);
    assertThat(little.join(0xf007, 0x8000)).isEqualTo(0x8000_f007);
    assertThat(set("l 0 x:31").unit()).isEqualTo(4);
  }

  @Test
  void findsPatternsThatShareNoFixedBit() {
    InstructionSet set =
        set(
            """
            a 1--- ---- ---- ---0
            b 01-- ---- ---- ----
            c 001- ---- ---- ---1
            d 1--- ---- ---- --01
            e 1--- ---- ---- --11
            """);
    assertThat(decode(set, 0x8000, 2).name()).isEqualTo("a");
    assertThat(decode(set, 0x4001, 2).name()).isEqualTo("b");
    assertThat(decode(set, 0x2001, 2).name()).isEqualTo("c");
    assertThat(decode(set, 0x8001, 2).name()).isEqualTo("d");
    assertThat(decode(set, 0x8003, 2).name()).isEqualTo("e");
    assertThat(set.decode(0x2000, 2)).isNull();
    assertThat(set.decode(0x0001, 2)).isNull();
  }

  @Nested
  final class Errors {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "a 0000 00.. 0000 0000              | test.decode:1: bit 8 belongs to no argument",
          "# x\\n\\na 0101                    | test.decode:3: 4 bits; 16 or 32 are possible",
          "a                                  | test.decode:1: a pattern without bits",
          "a x:8 0000 0000 %f                 | test.decode:1: unknown field 'f'",
          "a x:8 0000 0000 @f                 | test.decode:1: unknown format 'f'",
          "a x:8 0000 0000 &s                 | test.decode:1: unknown argument set 's'",
          "a x:8 0000 0000 !                  | test.decode:1: '!' makes no sense here",
          "&s x y\\na x:8 0000 0000 &s        | test.decode:2: argument 'y' is missing",
          "&s x\\na x:8 y:8 &s                | test.decode:2: argument 'y' is not in the argument set",
          "&s x\\na x:8 x:8 &s                | test.decode:2: argument 'x' is given twice",
          "&s x x                             | test.decode:1: 'x' is defined twice",
          "a x:8 x:8                          | test.decode:1: 'x' is defined twice",
          "a x:16\\na 0000000000000000        | test.decode:2: 'a' is defined twice",
          "a 00 x:14\\nb 0000 y:12            | test.decode:2: b overlaps a of line 1",
          "a 0000 x:12\\nb 0000000000000000 x:16 | test.decode:2: b overlaps a of line 1",
          "%f 20:4\\na 0000 00000000 0000 %f  | test.decode:2: argument 'f' lies outside of the pattern",
          "%f 2:4\\na 0000000000000000 %f     | test.decode:2: argument 'f' lies over bits that are fixed",
          "%f 30:4                            | test.decode:1: '30:4' lies outside of 32 bits",
          "%f 3                               | test.decode:1: '3' is not position:length",
          "%f x:3                             | test.decode:1: 'x' is no number",
          "%f 3:2 5:s2                        | test.decode:1: only the highest piece of a field may be signed",
          "%f 3:2 !function=cube              | test.decode:1: unknown function 'cube'",
          "%f                                 | test.decode:1: a field without bits",
          "%                                  | test.decode:1: a name is missing",
          "&s x:fpr                           | test.decode:1: unknown kind of argument 'fpr'",
          "@f 0000 ............\\na 0001 x:12 @f | test.decode:2: bits that its format has otherwise",
          "@f 0000000000000000\\na x:32 @f    | test.decode:2: 32 bits, and a format of 16",
          "a x:16 \"{x                        | test.decode:1: a quote is not closed",
          "a x:16 \"{x\"                      | test.decode:1: a brace is not closed",
          "a x:16 \"{y}\"                     | test.decode:1: unknown argument 'y'",
          "alias b a                          | test.decode:1: unknown pattern 'a'",
          "alias b                            | test.decode:1: an alias is: alias name pattern",
          "a x:16\\nalias b a y=1             | test.decode:2: a has no argument 'y' to choose",
          "a x:16\\nalias b a x=70000         | test.decode:2: x cannot be 70000",
          "a x:16\\nalias b a x               | test.decode:2: 'x' is not argument=number",
        })
    void namesTheLineThatIsWrong(String text, String message) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> set(text.replace("\\n", "\n")))
          .withMessageStartingWith(message);
    }

    @Test
    void namesAPatternWithoutAMeaning() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> load("\na x:16", ByteOrder.LITTLE_ENDIAN).build())
          .withMessage("test.decode:2: no meaning of 'a'");
    }

    @Test
    void namesMeaningsWithoutAPattern() {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              load("a x:16", ByteOrder.LITTLE_ENDIAN).on("a", _ -> {}).on("b", _ -> {}).build())
          .withMessage("test.decode: no pattern for [b]");
    }

    @Test
    void refusesTwoMeaningsOfOnePattern() {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> load("a x:16", ByteOrder.LITTLE_ENDIAN).on("a", _ -> {}).on("a", _ -> {}))
          .withMessage("test.decode: two meanings of 'a'");
    }

    @Test
    void namesAnArgumentThatThePatternDoesNotHave() {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              load("a x:16", ByteOrder.LITTLE_ENDIAN)
                  .on("a", i -> i.get("y"), (_, _) -> {})
                  .build())
          .withMessage("test.decode:1: a has no argument 'y'");
    }

    @Test
    void saysThatThereIsNoText() {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> InstructionSet.load("no.decode", null, REGISTERS, ByteOrder.LITTLE_ENDIAN))
          .withMessage("there is no no.decode");
    }
  }

  @Nested
  final class AssemblyText {
    private static final long PC = 0x1000_0100L;

    private final InstructionSet set =
        set(
            """
            $f f0 f1 f2 f3 f4 f5 f6 f7
            %place 0:24  !function=times2
            %off   0:s8  !function=times2
            &ddi d:reg a:reg imm
            &g   place:segment25
            &b   off:pc+4
            @ddi .... ------- d:3 a:3 ------- imm:s8            &ddi "{d},{a},{imm}"
            addi 0000 ------- ... ... ------- ........          @ddi
            ldi  0001 ------- ... ... ------- ........          @ddi "{d},{imm}({a})"
            goto 0010 ---- ........................  %place     &g "{place}"
            bra  0011 ---- ---- ---- ---- ++++ ........  %off   &b "{off}"
            fmov 0100 ---- ---- ---- ---- ---- - d:3 - a:3      "{d:f}, {a:f}"
            halt 0101 ---- ---- ---- ---- ---- ---- ----
            alias mov addi imm=0 "{d},{a}"
            alias inc addi imm=1 "{d},{a}"
            """);

    private String roundTrip(String text) {
      byte[] code = set.assembler().assemble(PC, text);
      assertThat(code).hasSize(4);
      int word = java.nio.ByteBuffer.wrap(code).order(set.byteOrder()).getInt();
      return set.disassembler().disassemble(PC, word, 4);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "addi r1,r7,-128",
          "ldi r1,127(r2)",
          "mov r3,r4",
          "inc r3,r4",
          "goto 0x10000000",
          "goto 0x11fffffe",
          "bra 0x10000004",
          "bra 0x10000202",
          "fmov f1, f7",
          "halt",
        })
    void isReadBackAsItWasWritten(String text) {
      assertThat(roundTrip(text)).isEqualTo(text.replaceFirst(" ", "\t"));
    }

    @Test
    void mayHaveSpaceWhereItDoesNotMatter() {
      assertThat(roundTrip("  ldi   r1 , 0x10 ( r2 )  # comment")).isEqualTo("ldi\tr1,16(r2)");
    }

    @Test
    void preferredFormsAreUsed() {
      assertThat(roundTrip("addi r3,r4,0")).isEqualTo("mov\tr3,r4");
    }

    @Test
    void wordsThatAreNothingAreNumbers() {
      assertThat(set.disassembler().disassemble(PC, 0xf000_0000, 4)).isEqualTo("0xf0000000");
    }

    @Test
    void bitsThatMeanNothingMakeANumberUnlessTheyAreAsAssembled() {
      assertThat(set.disassembler().disassemble(PC, 0x5000_0000, 4)).isEqualTo("halt");
      assertThat(set.disassembler().disassemble(PC, 0x5000_0001, 4)).isEqualTo("0x50000001");
      assertThat(set.disassembler().disassemble(PC, 0x3000_0f00, 4)).isEqualTo("bra\t0x10000104");
      assertThat(set.disassembler().disassemble(PC, 0x3000_0000, 4)).isEqualTo("0x30000000");
    }

    @Test
    void labelsWorkForwardsAndBackwards() {
      byte[] code = set.assembler().assemble(PC, "a: b: bra c\n bra a\n c: .word 0x12345678");
      assertThat(code)
          .isEqualTo(
              set.assembler().assemble(PC, "bra 0x10000108\n bra 0x10000100\n .word 305419896"));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "addi r1,r2,128        | 128 does not fit",
          "addi r1,r2            | ',' is missing",
          "addi r1,r2,1,2        | ',2' is too much",
          "addi r1,r9,1          | 'r9' is no register",
          "addi r1,f2,1          | 'f2' is no register",
          "addi r1,r2,           | an operand is missing",
          "goto 0x20000000       | 0x20000000 lies in another segment",
          "goto 0x10000001       | 1 does not fit",
          "bra nowhere           | 'nowhere' is no number and no label",
          "addi r1,r2,5000000000 | 5000000000 does not fit",
          "what r1               | no such instruction",
          "a: halt\\na: halt     | label 'a' twice",
        })
    void whatIsWrongIsNamed(String text, String message) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> set.assembler().assemble(PC, text.replace("\\n", "\n")))
          .withMessageContaining(message);
    }
  }
}
