package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.fs.tty.WindowSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CastRecordingTest {
  @TempDir Path temp;
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  private List<String> record(boolean terminal, byte[]... pieces) throws IOException {
    Path file = temp.resolve("a.cast");
    try (CastRecording cast = CastRecording.begin(file, new WindowSize(30, 100), "say \"hi\"")) {
      OutputStream out = cast.of(shown, terminal);
      for (byte[] piece : pieces) {
        out.write(piece);
      }
      cast.resize(new WindowSize(24, 80));
    }
    return Files.readAllLines(file);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theFirstLineIsAboutTheWhole() throws IOException {
    assertThat(record(true).getFirst())
        .matches(
            "\\{\"version\": 2, \"width\": 100, \"height\": 30, \"timestamp\": \\d{10,}, "
                + "\"command\": \"say \\\\\"hi\\\\\"\", \"env\": \\{\"TERM\": \"[^\"]+\"}}");
  }

  @Test
  void eachPieceIsALineWithItsTime() throws IOException {
    List<String> lines = record(true, utf8("a\u001b[1m\t\"\\\r\n"), utf8("b"));

    assertThat(lines).hasSize(4);
    assertThat(lines.get(1))
        .matches("\\[\\d+\\.\\d{6}, \"o\", .*]")
        .endsWith(", \"a\\u001b[1m\\t\\\"\\\\\\r\\n\"]");
    assertThat(lines.get(2)).endsWith("\"o\", \"b\"]");
    assertThat(lines.get(3)).endsWith("\"r\", \"80x24\"]");
    assertThat(shown).hasToString("a\u001b[1m\t\"\\\r\nb");
  }

  @Test
  void aCharacterWrittenInPiecesIsOne() throws IOException {
    byte[] bytes = utf8("\u00e4\u2502\ud83d\ude00");
    byte[][] pieces = new byte[bytes.length][];
    for (int i = 0; i < bytes.length; i++) {
      pieces[i] = new byte[] {bytes[i]};
    }
    List<String> lines = record(true, pieces);

    assertThat(lines).hasSize(5);
    assertThat(lines.get(1)).endsWith("\"\u00e4\"]");
    assertThat(lines.get(2)).endsWith("\"\u2502\"]");
    assertThat(lines.get(3)).endsWith("\"\\ud83d\\ude00\"]");
  }

  @Test
  void whatIsNoTextIsReplaced() throws IOException {
    assertThat(record(true, new byte[] {'a', (byte) 0xff, 'b'}).get(1)).endsWith("\"a\ufffdb\"]");
    assertThat(shown.toByteArray()).containsExactly('a', 0xff, 'b');
  }

  @Test
  void longOutputIsRecordedWhole() throws IOException {
    List<String> lines = record(true, utf8("\u00e4".repeat(10_000)));
    String all = String.join("", lines.subList(1, lines.size() - 1));

    assertThat(all.chars().filter(c -> c == '\u00e4')).hasSize(10_000);
  }

  @Test
  void withoutATerminalLinesEndAsOneWouldShowThem() throws IOException {
    assertThat(record(false, utf8("a\nb\r"), utf8("\nc\n")))
        .anyMatch(line -> line.endsWith("\"a\\r\\nb\\r\"]"))
        .anyMatch(line -> line.endsWith("\"\\nc\\r\\n\"]"));
    assertThat(shown).hasToString("a\nb\r\nc\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no/such/folder/a.cast", "."})
  void aFileThatCannotBeWrittenIsNamed(String name) {
    Path file = temp.resolve(name);

    assertThatThrownBy(() -> CastRecording.begin(file, CastRecording.USUAL_SIZE, ""))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("--record " + file + ": ");
  }
}
