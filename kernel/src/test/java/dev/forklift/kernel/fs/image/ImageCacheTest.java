package dev.forklift.kernel.fs.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.fs.tmpfs.Origin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCacheTest {
  @TempDir Path temp;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);

  private void file(String name, String text) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    byte[] contents = text.getBytes(StandardCharsets.US_ASCII);
    entry.setSize(contents.length);
    tar.putArchiveEntry(entry);
    tar.write(contents);
    tar.closeArchiveEntry();
  }

  private void hardLink(String name, String target) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_LINK);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private Origin open(byte[] image) throws IOException {
    Path file = Files.write(temp.resolve("image"), image);
    return new ImageCache(temp.resolve("cache"), line -> {}).root(file);
  }

  private Origin open() throws IOException {
    tar.finish();
    return open(bytes.toByteArray());
  }

  private static List<String> names(Origin folder) throws IOException {
    return folder.children().stream().map(Origin.Entry::name).toList();
  }

  private static String text(Origin file) throws IOException {
    byte[] page = new byte[4096];
    file.content().fill(0, page);
    return new String(page, 0, (int) file.size(), StandardCharsets.US_ASCII);
  }

  @Test
  void namesThatLeadOutAreLeftOut() throws IOException {
    file("../outside", "x");
    file("a/../../outside", "x");
    file("ok", "fine");
    Origin root = open();

    assertThat(names(root)).containsExactly("ok");
    assertThat(temp.resolve("outside")).doesNotExist();
  }

  @Test
  void absoluteNamesAreTheImages() throws IOException {
    file("/etc/passwd", "root");
    Origin etc = open().children().getFirst().file();

    assertThat(names(etc)).containsExactly("passwd");
    assertThat(text(etc.children().getFirst().file())).isEqualTo("root");
  }

  @Test
  void aHardLinkLeadsOnlyToFilesOfTheImage() throws IOException {
    file("file", "text");
    hardLink("good", "file");
    hardLink("bad", "/etc/passwd");
    hardLink("worse", "../../etc/passwd");
    Origin root = open();

    assertThat(names(root)).containsExactly("file", "good");
    assertThat(root.children().get(1).file().identity())
        .isEqualTo(root.children().getFirst().file().identity());
  }

  @Test
  void whatIsNoArchiveIsRefused() {
    byte[] noise = new byte[2000];
    new Random(1).nextBytes(noise);

    assertThatThrownBy(() -> open(noise)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> open(new byte[0])).isInstanceOf(IOException.class);
  }

  @Test
  void aDamagedCacheIsMadeAnew() throws IOException {
    file("file", "text");
    tar.finish();
    byte[] image = bytes.toByteArray();
    var _ = open(image);
    for (String suffix : new String[] {".index", ".contents"}) {
      for (boolean empty : new boolean[] {true, false}) {
        cut(suffix, empty);
        assertThat(text(open(image).children().getFirst().file())).isEqualTo("text");
      }
    }
  }

  private void cut(String suffix, boolean empty) throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("cache"))) {
      Path file = files.filter(any -> any.toString().endsWith(suffix)).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, empty ? 0 : bytes.length - 1));
    }
  }

  @Test
  void whereTheCacheCannotBeWrittenTheImageIsUnpackedAllTheSame() throws IOException {
    file("file", "text");
    tar.finish();
    Path image = Files.write(temp.resolve("image"), bytes.toByteArray());
    Path nowhere = Files.createFile(temp.resolve("a file")).resolve("cache");
    List<String> told = new ArrayList<>();
    Origin root = new ImageCache(nowhere, told::add).root(image);

    assertThat(text(root.children().getFirst().file())).isEqualTo("text");
    assertThat(told).singleElement().asString().contains(nowhere + " cannot be written");
  }

  @Test
  void manyMayUnpackTheSameImageAtOnce() throws Exception {
    for (int i = 0; i < 50; i++) {
      file("file" + i, "contents " + i);
    }
    tar.finish();
    Path image = Files.write(temp.resolve("image"), bytes.toByteArray());
    List<Future<Origin>> roots = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 16; i++) {
        roots.add(
            threads.submit(() -> new ImageCache(temp.resolve("cache"), line -> {}).root(image)));
      }
    }
    for (Future<Origin> root : roots) {
      assertThat(text(root.get().children().get(49).file())).isEqualTo("contents 49");
    }
    try (Stream<Path> files = Files.list(temp.resolve("cache"))) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void damagedArchivesNeverFailOtherwiseThanByAnswer() throws IOException {
    for (int i = 0; i < 20; i++) {
      file("file" + i, "contents " + i);
    }
    tar.finish();
    byte[] whole = bytes.toByteArray();
    Random random = new Random(2);
    for (int i = 0; i < 200; i++) {
      byte[] image = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
      for (int j = random.nextInt(8); j > 0; j--) {
        image[random.nextInt(image.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(names(open(image))).hasSizeLessThanOrEqualTo(20);
      } catch (IOException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }
}
