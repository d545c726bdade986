package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `boot --save` and `boot --restore`: what the user gets, whatever is in the file.
@Timeout(120)
class SnapshotCommandTest {
  private static final int CHECKSUM = Long.BYTES;

  @TempDir Path temp;
  private Path kernel = Path.of("");
  private Path snapshot = Path.of("");
  private String said = "";

  @BeforeEach
  void writeKernel() throws IOException {
    kernel = TinyKernel.write(temp, TinyKernel.COUNTS_DOWN);
    snapshot = temp.resolve("snapshot");
  }

  private int boot(Object... words) {
    StringWriter err = new StringWriter();
    CommandLine command = ForkliftCommand.commandLine();
    command.setErr(new PrintWriter(err));
    // What comes here otherwise is for Maven's ears.
    System.setIn(InputStream.nullInputStream());
    String[] args = new String[words.length + 1];
    args[0] = "boot";
    for (int i = 0; i < words.length; i++) {
      args[i + 1] = words[i].toString();
    }
    int status = command.execute(args);
    said = err.toString();
    return status;
  }

  private void save(Object... more) {
    Object[] words = {"--kernel", kernel, "--save", snapshot, "--save-after", 1000};
    Object[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    assertThat(boot(all)).as(said).isZero();
    assertThat(said).isEqualTo("forklift: " + snapshot + ": saved\n");
  }

  private void refused(String line, Object... words) {
    assertThat(boot(words)).as(said).isEqualTo(Main.NOT_RUN);
    assertThat(said).isEqualTo("forklift: " + line + "\n");
  }

  @Test
  void aMachineGoesOnWhereItWas() throws IOException {
    save("--icount");
    byte[] first = Files.readAllBytes(snapshot);
    assertThat(boot("--restore", snapshot, "--save", snapshot, "--save-after", 2000)).isZero();
    byte[] second = Files.readAllBytes(snapshot);
    assertThat(second).hasSameSizeAs(first).isNotEqualTo(first);
    save("--icount", "--rng");
    kernel = TinyKernel.write(temp, TinyKernel.COUNTS_DOWN);
    assertThat(boot("--kernel", kernel, "--icount", "--save", snapshot, "--save-after", 2000))
        .isZero();
    assertThat(Files.readAllBytes(snapshot)).as("not by way of 1000").isEqualTo(second);
    assertThat(boot("--restore", snapshot)).as(said).isZero();
    assertThat(said).as("it came to its end").isEmpty();
  }

  @Test
  void whatNeverCameIsSaid() {
    assertThat(boot("--kernel", kernel, "--save", snapshot, "--save-after", 1L << 40)).isEqualTo(1);
    assertThat(said).isEqualTo("forklift: --save-after: it ended before; nothing was saved\n");
    assertThat(boot("--kernel", kernel, "--save", snapshot, "--save-on", "login:")).isEqualTo(1);
    assertThat(said)
        .isEqualTo("forklift: --save-on: the console did not show it; nothing was saved\n");
    assertThat(snapshot).doesNotExist();
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefused() {
    refused("boot needs --kernel FILE, or --restore FILE");
    refused("--save-on and --save-after need --save FILE", "--kernel", kernel, "--save-after", "1");
    save();
    refused(
        snapshot + ": --kernel, --initrd, --append, --board and --dtb are what was saved",
        "--restore",
        snapshot,
        "--kernel",
        kernel);
    refused(snapshot + ": it was saved without --icount", "--restore", snapshot, "--icount");
    refused(
        snapshot + ": it was saved with nothing attached; now there is --net none --hvc",
        "--restore",
        snapshot,
        "--net",
        "none",
        "--hvc");
  }

  @Test
  void filesThatCannotBeWrittenOrReadAreNamed() {
    Path none = temp.resolve("none/snapshot");
    refused(
        none + ": no such file or folder",
        "--kernel",
        kernel,
        "--save",
        none,
        "--save-after",
        1000);
    refused(none + ": no such file or folder", "--restore", none);
    refused(kernel + ": this is no snapshot of a board", "--restore", kernel);
  }

  @Test
  void itsDiskHasToBeTheSame() throws IOException {
    Path disk = Files.write(temp.resolve("disk"), new byte[2048]);
    save("--disk", disk);
    assertThat(boot("--restore", snapshot, "--disk", disk)).as(said).isZero();
    Path copy = Files.copy(disk, temp.resolve("copy"), StandardCopyOption.COPY_ATTRIBUTES);
    assertThat(boot("--restore", snapshot, "--disk", copy)).as(said).isZero();
    Files.setLastModifiedTime(copy, FileTime.fromMillis(1));
    String part = snapshot + ": /virtio@1c000000 cannot be restored: ";
    refused(
        part + copy + " is not the disk that it was then: it has been changed since",
        "--restore",
        snapshot,
        "--disk",
        copy);
    Path larger = Files.write(temp.resolve("larger"), new byte[4096]);
    refused(
        part + larger + " is not the disk that it was then: its size is another",
        "--restore",
        snapshot,
        "--disk",
        larger);
    refused(
        snapshot + ": it was saved with --disk FILE; now there is --disk FILE:ro",
        "--restore",
        snapshot,
        "--disk",
        disk + ":ro");
  }

  @Test
  void brokenSnapshotsAreRefused() throws IOException {
    save("--rng", "--hvc", "--net", "none");
    byte[] whole = Files.readAllBytes(snapshot);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 60; i++) {
      int length = i < 20 ? i : random.nextInt(whole.length);
      Files.write(snapshot, Arrays.copyOf(whole, length));
      isRefused("cut off at " + length);
    }
    for (int i = 0; i < 60; i++) {
      byte[] changed = whole.clone();
      int at = random.nextInt(whole.length);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(snapshot, changed);
      isRefused("changed at " + at);
    }
    Files.write(snapshot, Arrays.copyOf(whole, whole.length + 1));
    isRefused("more behind it");
  }

  private void isRefused(String how) {
    assertThat(boot("--restore", snapshot, "--rng", "--hvc", "--net", "none"))
        .as(how)
        .isEqualTo(Main.NOT_RUN);
    assertThat(said).as(how).hasLineCount(1).startsWith("forklift: " + snapshot + ": ");
  }

  /// Somebody who knows the format can make the checksum right.
  @Test
  void snapshotsMadeByAnEnemyHurtNobody() throws IOException {
    save("--rng", "--hvc", "--net", "none");
    byte[] whole = Files.readAllBytes(snapshot);
    SplittableRandom random = new SplittableRandom(6);
    Path next = temp.resolve("next");
    for (int i = 0; i < 150; i++) {
      byte[] changed = whole.clone();
      // Most of it is memory, which may be anything anyway.
      int at = random.nextInt(whole.length - 4 - CHECKSUM);
      ByteBuffer.wrap(changed).putInt(at, random.nextBoolean() ? -1 : random.nextInt());
      CRC32C checksum = new CRC32C();
      checksum.update(changed, 0, changed.length - CHECKSUM);
      ByteBuffer.wrap(changed).putLong(changed.length - CHECKSUM, checksum.getValue());
      Files.write(snapshot, changed);
      int status =
          boot(
              "--restore",
              snapshot,
              "--rng",
              "--hvc",
              "--net",
              "none",
              "--save",
              next,
              "--save-after",
              100_000);
      assertThat(status).as("changed at %d: %s", at, said).isIn(0, 1, Main.NOT_RUN);
      assertThat(said).as("changed at " + at).hasLineCount(1).doesNotContain("Exception");
    }
  }

  @Test
  void aTextIsSeenWhereverItIsCut() throws IOException {
    AtomicInteger seen = new AtomicInteger();
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    byte[] text = "/ # ".getBytes(StandardCharsets.US_ASCII);
    try (AwaitedText out = new AwaitedText(shown, text, seen::incrementAndGet)) {
      out.write("boot / ".getBytes(StandardCharsets.US_ASCII));
      assertThat(seen).hasValue(0);
      out.write("# and / # ".getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(seen).as("once").hasValue(1);
    assertThat(shown).hasToString("boot / # and / # ");
  }
}
