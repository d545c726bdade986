package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// Whatever stands where the program should be, the user gets one line and a status.
@SuppressWarnings("ByteBufferBackingArray") // each wraps a whole array
class BadProgramTest {
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  @TempDir Path temp;
  private String said = "";

  private int run(Object... words) {
    StringWriter err = new StringWriter();
    CommandLine command = ForkliftCommand.commandLine();
    command.setErr(new PrintWriter(err));
    String[] args = new String[words.length + 1];
    args[0] = "run";
    for (int i = 0; i < words.length; i++) {
      args[i + 1] = words[i].toString();
    }
    int status =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(60), () -> command.execute(args), "forklift does not end");
    said = err.toString();
    return status;
  }

  private Path file(byte[] contents) throws IOException {
    Path file = Files.write(temp.resolve("program"), contents);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private Path file(String contents) throws IOException {
    return file(contents.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void isRefused(int expected, Object program) {
    assertThat(run(program)).as(said).isEqualTo(expected);
    assertThat(said).startsWith("forklift: " + program + ": ").hasLineCount(1);
  }

  /// A header that claims to be a static program for nios2.
  private static ByteBuffer header(int size) {
    ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    elf.putInt(0, 0x464c457f).put(4, (byte) 1).put(5, (byte) 1).put(6, (byte) 1);
    elf.putShort(16, (short) 2).putShort(18, (short) 113).putInt(20, 1);
    elf.putInt(28, 52).putShort(40, (short) 52).putShort(42, (short) 32).putShort(44, (short) 1);
    return elf;
  }

  @Test
  void nothingInAFileIsNoProgram() throws IOException {
    isRefused(NOT_EXECUTABLE, file(""));
  }

  @Test
  void textIsNoProgram() throws IOException {
    isRefused(NOT_EXECUTABLE, file("hello\n"));
  }

  @Test
  void aFileThatMayNotBeExecutedIsNone() throws IOException {
    Path file = Files.write(temp.resolve("program"), header(200).array());
    isRefused(NOT_EXECUTABLE, file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/dev", "/dev/null", "/dev/zero", "."})
  void foldersAndDevicesAreNoPrograms(String program) {
    isRefused(NOT_EXECUTABLE, program);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/no/such/program", "./no-such", "no-such/program", "no-such"})
  void whatIsNowhereIsNotFound(String program) {
    isRefused(NOT_FOUND, program);
  }

  @Test
  void anEmptyNameIsNotFound() {
    assertThat(run("")).isEqualTo(NOT_FOUND);
    assertThat(said).startsWith("forklift: ").hasLineCount(1);
  }

  @Test
  void aNameThatIsTooLongIsNotFound() {
    isRefused(NOT_FOUND, "/" + "n".repeat(300));
    isRefused(NOT_FOUND, "/n".repeat(5000));
  }

  @Test
  void aNamedPipeIsNoProgramAndNobodyWaitsForIt() throws Exception {
    Path fifo = temp.resolve("fifo");
    Process mkfifo;
    try {
      mkfifo = new ProcessBuilder("mkfifo", fifo.toString()).start();
    } catch (IOException e) {
      assumeTrue(false, "no mkfifo");
      return;
    }
    assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    isRefused(NOT_EXECUTABLE, fifo);
  }

  @Test
  void aSymlinkToItselfIsNotFound() throws IOException {
    Path loop = temp.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    isRefused(NOT_FOUND, loop);
  }

  @ParameterizedTest
  @CsvSource({"'#!/no/such\n', 127", "'#!\n', 126", "'#!', 126", "'#!   \n', 126", "'#!/\n', 126"})
  void scriptsWithoutAnInterpreterAreRefused(String text, int status) throws IOException {
    isRefused(status, file(text));
  }

  @Test
  void aScriptThatInterpretsItselfIsRefused() throws IOException {
    isRefused(NOT_EXECUTABLE, file("#!" + temp.resolve("program") + "\n"));
  }

  @Test
  void aScriptWithAnEndlessLineIsRefused() throws IOException {
    isRefused(NOT_EXECUTABLE, file("#!/" + "x".repeat(5000)));
  }

  @ParameterizedTest
  @CsvSource({"1, 62", "2, 62", "1, 8"})
  void otherCpusAndClassesAreNamed(int elfClass, int machine) throws IOException {
    ByteBuffer elf = header(200);
    elf.put(4, (byte) elfClass).putShort(18, (short) machine);
    isRefused(NOT_EXECUTABLE, file(elf.array()));
  }

  @Test
  void aBigEndianFileIsRefused() throws IOException {
    ByteBuffer elf = header(200);
    elf.put(5, (byte) 2).order(ByteOrder.BIG_ENDIAN).putShort(18, (short) 113);
    isRefused(NOT_EXECUTABLE, file(elf.array()));
  }

  @Test
  void aProgramWithMoreSegmentsThanBytesIsRefused() throws IOException {
    isRefused(NOT_EXECUTABLE, file(header(200).putShort(44, (short) 0xffff).array()));
  }

  @Test
  void anInterpreterOutsideOfTheFileIsRefused() throws IOException {
    ByteBuffer elf = header(200);
    elf.putInt(52, 3).putInt(56, 0x7fff_fff0).putInt(68, 100).putInt(72, 100);
    isRefused(NOT_EXECUTABLE, file(elf.array()));
  }

  @Test
  void aProgramThatIsItsOwnInterpreterIsRefused() throws IOException {
    byte[] name = (temp.resolve("program") + "\0").getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer elf = header(200 + name.length);
    elf.putInt(52, 3).putInt(56, 200).putInt(68, name.length).putInt(72, name.length);
    elf.put(200, name);
    // With nothing to load in either of the two there is nothing to run.
    assertThat(run(file(elf.array()))).isGreaterThanOrEqualTo(NOT_EXECUTABLE);
    assertThat(said.lines().count()).isLessThanOrEqualTo(1);
  }

  @Test
  void randomFilesAreRefusedOrDieOfASignal() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100; i++) {
      byte[] contents = new byte[random.nextInt(2000)];
      random.nextBytes(contents);
      if (i % 20 == 0 && contents.length > 200) {
        System.arraycopy(header(84).array(), 0, contents, 0, 84);
        ByteBuffer elf = ByteBuffer.wrap(contents).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(52, 1).putInt(56, 0).putInt(60, 0x10000).putInt(68, contents.length);
        elf.putInt(72, contents.length).putInt(76, 7).putInt(80, 4096).putInt(24, 0x10054);
      } else if (i % 4 == 1) {
        contents = Arrays.copyOf(header(84).array(), random.nextInt(84));
      }
      assertThat(run(file(contents))).as("file %d", i).isGreaterThanOrEqualTo(NOT_EXECUTABLE);
      assertThat(said.lines().count()).as("file %d: %s", i, said).isLessThanOrEqualTo(1);
    }
  }
}
