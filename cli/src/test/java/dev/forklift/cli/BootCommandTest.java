package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Whatever is given to boot, the user gets one line and a status.
@Timeout(60)
class BootCommandTest {
  private static final int STAY = TinyKernel.STAY;

  @TempDir Path temp;
  private String said = "";

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

  private Path file(String name, String contents) throws IOException {
    return Files.writeString(temp.resolve(name), contents);
  }

  private Path kernel(int... code) throws IOException {
    return TinyKernel.write(temp, code);
  }

  private void refused(String line, Object... words) {
    assertThat(boot(words)).as(said).isEqualTo(Main.NOT_RUN);
    assertThat(said).isEqualTo("forklift: " + line + "\n");
  }

  @Test
  void aKernelThatHaltsIsAnEndLikeAnyOther() throws IOException {
    assertThat(boot("--kernel", kernel(STAY))).as(said).isZero();
    assertThat(said).isEmpty();
  }

  @Test
  void bytesAsTheyAreRunFromTheBeginningOfMemory() throws IOException {
    Path raw = temp.resolve("raw");
    Files.write(raw, new byte[] {0x06, -1, -1, -1});
    assertThat(boot("--kernel", raw)).as(said).isZero();
  }

  @Test
  void whatWouldHaveToBeMappedFirstIsRefused() throws IOException {
    Path physical = kernel(STAY);
    byte[] bytes = Files.readAllBytes(physical);
    bytes[27] = 0x08;
    Files.write(physical, bytes);
    refused(
        "the kernel begins at 0x08000000, which this CPU has to have mapped first",
        "--kernel",
        physical);
  }

  @Test
  void aKernelThatIsLostIsSaidSo() throws IOException {
    int movhi = 0x34 | (0xd000 << 6) | (2 << 22);
    int jump = (2 << 27) | (0x0d << 11) | 0x3a;
    assertThat(boot("--kernel", kernel(movhi, jump))).isEqualTo(1);
    assertThat(said).isEqualTo("forklift: the CPU went to 0xd0000000, where there is no memory\n");
  }

  @Test
  void filesThatAreNotThereAreNamed() throws IOException {
    Path none = temp.resolve("none");
    refused(none + ": no such file or folder", "--kernel", none);
    refused(none + ": no such file or folder", "--kernel", kernel(STAY), "--initrd", none);
    refused(none + ": no such file or folder", "--kernel", kernel(STAY), "--dtb", none);
  }

  @Test
  void brokenFilesAreNamed() throws IOException {
    Path text = file("text", "nothing of the kind\n".repeat(10));
    refused(text + ": this is text, neither a kernel nor firmware", "--kernel", text);
    Path image = file("image", "'\u0005\u0019V");
    refused(image + ": the U-Boot image is broken: it ends within its header", "--kernel", image);
    refused(text + ": this is no device tree (.dtb)", "--kernel", kernel(STAY), "--dtb", text);
  }

  @Test
  void disksThatCannotBeAreNamed() throws IOException {
    Path none = temp.resolve("none");
    refused(none + ": no such file or folder", "--kernel", kernel(STAY), "--disk", none);
    refused(temp + ": a disk has to be a regular file", "--kernel", kernel(STAY), "--disk", temp);
    Path disk = file("disk", "x".repeat(512));
    refused(
        disk + ": in use as another disk",
        "--kernel",
        kernel(STAY),
        "--disk",
        disk,
        "--disk",
        disk);
  }

  @Test
  void foldersThatCannotBeSharedAreNamed() throws IOException {
    Path none = temp.resolve("none");
    Path text = file("text", "x");
    refused(none + ": no such file or folder", "--kernel", kernel(STAY), "--share", none);
    refused(text + ": not a folder", "--kernel", kernel(STAY), "--share", text + ":ro");
  }

  @Test
  void aBootIsRecorded() throws IOException {
    Path cast = temp.resolve("boot.cast");
    assertThat(boot("--kernel", kernel(STAY), "--record", cast)).as(said).isZero();
    assertThat(Files.readAllLines(cast).getFirst())
        .contains("\"version\": 2", "\"command\": \"forklift boot --kernel " + temp);
    Path none = temp.resolve("none/boot.cast");
    refused(
        "--record " + none + ": no such file or folder",
        "--kernel",
        kernel(STAY),
        "--record",
        none);
  }

  @Test
  void networksAreThereOrNot() throws IOException {
    refused(
        "--net: there is no tap; there are: none, user", "--kernel", kernel(STAY), "--net", "tap");
    assertThat(boot("--kernel", kernel(STAY), "--net", "none")).as(said).isZero();
    assertThat(boot("--kernel", kernel(STAY), "--net", "user")).as(said).isZero();
  }

  @Test
  void aDiskIsLetGoOf() throws IOException {
    Path disk = file("disk", "x".repeat(512));
    for (int run = 0; run < 2; run++) {
      assertThat(boot("--kernel", kernel(STAY), "--disk", disk)).as(said).isZero();
      assertThat(boot("--kernel", kernel(STAY), "--disk", disk + ":ro")).as(said).isZero();
    }
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    Path large = temp.resolve("large");
    Files.write(large, new byte[129 << 20]);
    assertThat(boot("--kernel", kernel(STAY), "--initrd", large)).isEqualTo(Main.NOT_RUN);
    assertThat(said)
        .hasLineCount(1)
        .startsWith("forklift: the initial file system does not fit into memory: ");
  }

  @Test
  void whatContradictsItselfIsRefused() throws IOException {
    refused(
        "--board: there is no de0; there are: 10m50, 10m50-bare",
        "--kernel",
        kernel(STAY),
        "--board",
        "de0");
    refused(
        "--board and --dtb exclude each other",
        "--kernel",
        kernel(STAY),
        "--board",
        "10m50",
        "--dtb",
        "x");
  }

  @Test
  void controlAThenXQuitsAndControlATwiceIsOne() throws IOException {
    AtomicBoolean quit = new AtomicBoolean();
    String typed = "a\u0001\u0001b\u0001c\u0001x!";
    EscapedInput input =
        new EscapedInput(
            new ByteArrayInputStream(typed.getBytes(StandardCharsets.US_ASCII)),
            key -> quit.set(key == 'x'));
    assertThat(new String(input.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("a\u0001b!");
    assertThat(quit).isTrue();
  }
}
