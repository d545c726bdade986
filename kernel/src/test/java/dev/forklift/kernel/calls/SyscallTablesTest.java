package dev.forklift.kernel.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.mm.TestAbi;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SyscallTablesTest {
  private static SyscallTable table(boolean is64Bit) {
    return SyscallTables.of(is64Bit ? TestAbi.large() : TestAbi.small(), true);
  }

  private static Set<Integer> notYet() {
    try (InputStream in = SyscallTablesTest.class.getResourceAsStream("not-yet.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> Integer.valueOf(line.split(" ")[0]))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theListHasAllThatLinuxHas() {
    assertThat(SyscallNames.asmGeneric(false))
        .hasSize(337)
        .containsEntry(0, "io_setup")
        .containsEntry(222, "mmap2")
        .containsEntry(435, "clone3")
        .containsEntry(462, "mseal")
        .doesNotContainKeys(244, 259, 295, 402, 415, 447);
    assertThat(SyscallNames.asmGeneric(true))
        .hasSize(337 - 20 + 1)
        .containsEntry(222, "mmap")
        .containsEntry(447, "memfd_secret")
        .doesNotContainKeys(403, 423);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyNumberHasARowOrIsKnownToBeMissing(boolean is64Bit) {
    SyscallTable table = table(is64Bit);
    NavigableMap<Integer, String> missing = new TreeMap<>(SyscallNames.asmGeneric(is64Bit));
    table.rows().forEach(row -> missing.remove(row.number()));
    missing.keySet().removeAll(notYet());
    assertThat(missing).as("numbers without a row").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rowsHaveTheNamesThatLinuxHas(boolean is64Bit) {
    NavigableMap<Integer, String> named = new TreeMap<>();
    table(is64Bit).rows().forEach(row -> named.put(row.number(), row.name()));
    named.keySet().removeIf(number -> number >= 244 && number < 260);
    assertThat(SyscallNames.asmGeneric(is64Bit)).containsAllEntriesOf(named);
  }
}
