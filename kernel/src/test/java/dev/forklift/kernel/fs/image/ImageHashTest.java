package dev.forklift.kernel.fs.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class ImageHashTest {
  private static final String OF_A =
      "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
  private static final String OF_B =
      "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";

  @TempDir Path temp;
  private Path image;
  private ImageHash hash;

  @BeforeEach
  void make() throws IOException {
    image = Files.writeString(temp.resolve("image"), "a");
    hash = new ImageHash(temp.resolve("cache"));
  }

  private long notes() throws IOException {
    try (Stream<Path> kept = Files.list(temp.resolve("cache"))) {
      return kept.count();
    }
  }

  private static void settle() throws InterruptedException {
    Thread.sleep(2100);
  }

  @Test
  void aFileJustChangedIsReadEachTime() throws IOException {
    assertThat(hash.of(image)).isEqualTo(OF_A);
    assertThat(temp.resolve("cache")).doesNotExist();
  }

  @Test
  void oneThatStaysIsReadOnce() throws IOException, InterruptedException {
    settle();
    assertThat(hash.of(image)).isEqualTo(OF_A);
    assertThat(notes()).isOne();
    Path note = notedIn(temp.resolve("cache"));
    Files.writeString(note, Files.readString(note).replace(OF_A, OF_B));
    assertThat(hash.of(image)).as("what was noted").isEqualTo(OF_B);
    Files.writeString(note, "nonsense");
    assertThat(hash.of(image)).isEqualTo(OF_A);
  }

  @Test
  void aChangeIsSeenThoughSizeAndTimeAreAsBefore() throws IOException, InterruptedException {
    settle();
    FileTime time = Files.getLastModifiedTime(image);
    assertThat(hash.of(image)).isEqualTo(OF_A);
    Files.writeString(image, "b");
    Files.setLastModifiedTime(image, time);
    assertThat(hash.of(image)).isEqualTo(OF_B);
  }

  private static Path notedIn(Path folder) throws IOException {
    try (Stream<Path> kept = Files.list(folder)) {
      return kept.findFirst().orElseThrow();
    }
  }
}
