package dev.forklift.board.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What a folder becomes.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "folders there have no modes")
final class InitramfsTest {
  @TempDir Path folder;

  private List<String> entries() throws IOException {
    String archive = new String(Initramfs.of(folder), StandardCharsets.ISO_8859_1);
    List<String> entries = new ArrayList<>();
    int at = 0;
    while (true) {
      assertThat(archive.substring(at, at + 6)).isEqualTo("070701");
      int mode = field(archive, at, 1);
      int size = field(archive, at, 6);
      int nameSize = field(archive, at, 11);
      String name = archive.substring(at + 110, at + 110 + nameSize - 1);
      if (name.equals("TRAILER!!!")) {
        return entries;
      }
      int data = aligned(at + 110 + nameSize);
      entries.add("%o %s %s".formatted(mode, name, archive.substring(data, data + size)).strip());
      at = aligned(data + size);
    }
  }

  private static int field(String archive, int at, int index) {
    int start = at + 6 + 8 * index;
    return Integer.parseInt(archive.substring(start, start + 8), 16);
  }

  private static int aligned(int at) {
    return (at + 3) & -4;
  }

  @Test
  void holdsFilesFoldersAndLinksInOrder() throws IOException {
    Files.createDirectory(folder.resolve("bin"));
    Files.writeString(folder.resolve("bin/sh"), "a shell");
    assertThat(folder.resolve("bin/sh").toFile().setExecutable(true, false)).isTrue();
    Files.createSymbolicLink(folder.resolve("init"), Path.of("bin/sh"));
    assertThat(entries())
        .hasSize(5)
        .element(1)
        .asString()
        .matches("1007\\d5 bin/sh a shell|1007\\d\\d bin/sh a shell");
    assertThat(entries().get(0)).matches("407\\d\\d bin");
    assertThat(entries().get(2)).isEqualTo("120777 init bin/sh");
  }

  @Test
  void hasAConsoleForTheFirstProgram() throws IOException {
    assertThat(entries()).containsExactly("40755 dev", "20600 dev/console");
  }

  @Test
  void isTheSameForTheSameFolder() throws IOException {
    Files.writeString(folder.resolve("a"), "1");
    Files.writeString(folder.resolve("b"), "2");
    assertThat(Initramfs.of(folder)).isEqualTo(Initramfs.of(folder));
  }
}
