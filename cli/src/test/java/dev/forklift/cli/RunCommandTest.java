package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RunCommandTest {
  @TempDir Path temp;
  private final StringWriter err = new StringWriter();

  private int run(Object... words) {
    CommandLine command = ForkliftCommand.commandLine();
    command.setErr(new PrintWriter(err));
    String[] args = new String[words.length + 1];
    args[0] = "run";
    for (int i = 0; i < words.length; i++) {
      args[i + 1] = words[i].toString();
    }
    return command.execute(args);
  }

  /// The head of an ELF file, with one segment that names an interpreter.
  private Path elf(int machine) throws IOException {
    ByteBuffer elf = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    elf.putInt(0, 0x464c457f).put(4, (byte) 1).put(5, (byte) 1).put(6, (byte) 1);
    elf.putShort(16, (short) 2).putShort(18, (short) machine).putInt(20, 1);
    elf.putInt(28, 52).putShort(40, (short) 52).putShort(42, (short) 32).putShort(44, (short) 1);
    elf.putInt(52, 3).putInt(56, 128).putInt(68, 6).putInt(72, 6);
    elf.put(128, "/ld.x\0".getBytes(StandardCharsets.US_ASCII));
    Path file = Files.write(temp.resolve("program"), elf.array());
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-u=root",
        "-u=-1",
        "-u=1:",
        "--release=5.4",
        "--memory=0",
        "--memory=1000000000",
        "--memory=lots",
        "--gdb=65536",
        "-g=here",
        "-v=/tmp",
        "-v=/tmp:relative",
        "-v=:/x",
        "-L=no-such-root",
        "-v=no-such-folder:/x",
        "-w=relative",
        "-w=/no/such",
        "--custom=nothing",
        "--custom=fph2,nothing",
        "--custom=no.such.Class",
        "--custom=java.lang.String",
        "--custom=java.util.List",
      })
  void badOptionsAreOneLineAndStatus125(String option) {
    int equals = option.indexOf('=');

    assertThat(run(option.substring(0, equals), option.substring(equals + 1), "prog"))
        .isEqualTo(125);
    assertThat(err.toString()).startsWith("forklift: ").hasLineCount(1);
  }

  @Test
  void customInstructionsThatAreNotThereAreNamedWithThoseThatAre() {
    assertThat(run("--custom", "nothing", "prog")).isEqualTo(125);
    assertThat(err.toString())
        .isEqualTo(
            "forklift: --custom: no custom instructions are called 'nothing'; there are fph1,"
                + " fph2\n");
  }

  @Test
  void aPlaceForCustomInstructionsMustBeThere() {
    assertThat(run("--custom-path", temp.resolve("none.jar"), "--custom", "x", "prog"))
        .isEqualTo(125);
    assertThat(err.toString()).contains("none.jar cannot be read").hasLineCount(1);
  }

  @Test
  void whatIsNoImageIsRefusedInOneLine() throws IOException {
    Path file = Files.writeString(temp.resolve("image.tar"), "not an archive");

    assertThat(run("-L", file, "prog")).isEqualTo(125);
    assertThat(err.toString()).startsWith("forklift: -L " + file).hasLineCount(1);
  }

  @Test
  void aPortThatIsTakenIsOneLineAndStatus125() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(run("--gdb", taken.getLocalPort(), elf(113))).isEqualTo(125);
    }
    assertThat(err.toString())
        .startsWith("forklift: cannot listen on 127.0.0.1:")
        .contains("in use")
        .hasLineCount(1);
  }

  @Test
  void aProgramThatIsNowhereIsStatus127() {
    assertThat(run("no-such-program")).isEqualTo(127);
    assertThat(err.toString()).startsWith("forklift: no-such-program: ").hasLineCount(1);
  }

  @Test
  void aProgramForAnotherCpuIsStatus126() throws IOException {
    assertThat(run(elf(62))).isEqualTo(126);
    assertThat(err.toString()).contains("is for x86-64, not nios2").hasLineCount(1);
  }

  @Test
  void aMissingInterpreterIsNamed() throws IOException {
    assertThat(run(elf(113))).isEqualTo(126);
    assertThat(err.toString()).contains("needs /ld.x").contains("-L").hasLineCount(1);
  }

  @Test
  void argumentsThatBeginWithAtAreTheProgramsOwn() throws IOException {
    Path file = Files.writeString(temp.resolve("words"), "--no-such-option");
    CommandLine command = ForkliftCommand.commandLine();

    assertThat(
            command
                .parseArgs("run", "prog", "@" + file, "--", "-x")
                .subcommand()
                .matchedPositional(1)
                .<Object>getValue())
        .asString()
        .isEqualTo("[@" + file + ", --, -x]");
  }

  @Test
  void aVolumeIsSplitAtTheGuestsPath() {
    Volume volume = new Volume.Converter().convert("a:b/c:/x/y:ro");

    assertThat(volume).isEqualTo(new Volume("a:b/c", "/x/y", true));
    assertThat(new Volume.Converter().convert("h:/x").readOnly()).isFalse();
  }
}
