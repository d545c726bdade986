package dev.forklift.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.board.cpu.Stop;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Exceptions as qemu-system-nios2 takes them: `exceptions.S` says how its log was made.
@Board(name = "10m50", firmware = "exceptions.elf")
class ExceptionsTest {
  @Test
  void theLogIsThatOfAnotherMachine(RunningBoard board) throws IOException {
    assertThat(board.run()).isEqualTo(Stop.ended(3));
    try (InputStream log =
        Objects.requireNonNull(ExceptionsTest.class.getResourceAsStream("exceptions.expected"))) {
      byte[] expected = log.readAllBytes();
      assertThat(expected).hasSizeGreaterThan(100);
      // What it has printed is what it has written there, and no text.
      assertThat(board.read(0xc810_0000L, expected.length)).isEqualTo(expected);
    }
  }
}
