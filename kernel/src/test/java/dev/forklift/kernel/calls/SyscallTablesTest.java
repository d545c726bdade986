package dev.forklift.kernel.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.fs.anon.AnonymousFiles;
import dev.forklift.kernel.fs.pipe.Pipes;
import dev.forklift.kernel.fs.socket.Sockets;
import dev.forklift.kernel.fs.socket.TestIdentity;
import dev.forklift.kernel.fs.tmpfs.MemFds;
import dev.forklift.kernel.mm.TestAbi;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.wait.KernelClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SyscallTablesTest {
  private static SyscallTable table(boolean is64Bit) {
    FileSystems systems = new FileSystems(KernelClock.host(), 4096);
    FileServices services =
        new FileServices(
            systems,
            new Pipes(systems),
            new AnonymousFiles(systems),
            new MemFds(systems, new FrameBudget(1 << 20)),
            new Sockets(systems, new TestIdentity()));
    return SyscallTables.of(is64Bit ? TestAbi.large() : TestAbi.small(), true, services);
  }

  private static Set<Integer> notYet() {
    try (InputStream in = SyscallTablesTest.class.getResourceAsStream("not-yet.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> Integer.valueOf(line.split(" ", 2)[0]))
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
    Map<Integer, String> names = SyscallNames.asmGeneric(is64Bit);
    List<String> others =
        table(is64Bit).rows().stream()
            .filter(row -> row.number() < 244 || row.number() >= 260)
            .filter(row -> !row.name().equals(names.get(row.number())))
            .map(row -> row.number() + " " + row.name() + ", not " + names.get(row.number()))
            .toList();
    assertThat(others).isEmpty();
  }
}
