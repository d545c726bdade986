package dev.forklift.arch.nios2;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.isa.Instruction;
import dev.forklift.engine.isa.InstructionSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DisassemblyTest {
  private final InstructionSet set = new Nios2().instructions();

  /// A line of `instructions.txt`.
  private record Line(long pc, int word, String text) {
    static Line of(String line) {
      String[] parts = line.split(" ", 3);
      return new Line(
          Long.parseLong(parts[0], 16), Integer.parseUnsignedInt(parts[1], 16), parts[2]);
    }

    boolean isInstruction() {
      return !text.startsWith("0x");
    }
  }

  private static List<Line> lines() throws IOException {
    try (InputStream in = DisassemblyTest.class.getResourceAsStream("instructions.txt")) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(Line::of)
          .toList();
    }
  }

  private int assemble(long pc, String text) {
    byte[] code = set.assembler().assemble(pc, text);
    return ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  @Test
  void isWhatObjdumpPrints() throws IOException {
    for (Line line : lines()) {
      assertThat(set.disassembler().disassemble(line.pc(), line.word(), 4))
          .as("%x at %x", line.word(), line.pc())
          .isEqualTo(line.text());
    }
  }

  @Test
  void assemblesToWhatBinutilsAssemble() throws IOException {
    for (Line line : lines()) {
      if (line.isInstruction()) {
        assertThat(assemble(line.pc(), line.text())).as(line.text()).isEqualTo(line.word());
      }
    }
  }

  @Test
  void everyInstructionIsAmongThoseCompared() throws IOException {
    Set<String> names = new HashSet<>(set.names());
    for (Line line : lines()) {
      Instruction instruction = set.decode(line.word(), 4);
      if (instruction != null) {
        names.remove(instruction.name());
      }
    }
    assertThat(names).isEmpty();
  }

  @Test
  void whateverDecodesIsReadBack() {
    SplittableRandom random = new SplittableRandom(1);
    int compared = 0;
    for (int i = 0; i < 200_000; i++) {
      int word = random.nextInt();
      long pc = 4 * (long) random.nextInt(0, 0x3000_0000);
      String text = set.disassembler().disassemble(pc, word, 4);
      if (text.startsWith("0x")) {
        continue;
      }
      assertThat(set.decode(word, 4)).as(text).isNotNull();
      assertThat(assemble(pc, text)).as(text).isEqualTo(word);
      compared++;
    }
    assertThat(compared).isGreaterThan(100_000);
  }
}
