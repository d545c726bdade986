package dev.forklift.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forklift.kernel.debug.CoreImage;
import dev.forklift.kernel.debug.CoreOutput;
import dev.forklift.kernel.process.CoreDumper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Core files of guests that crash.
class CoreFileTest {
  private static final Path PROGRAM = Checkout.ROOT.resolve("verification/guest/bin/debuggee");
  private static final int PT_LOAD = 1;
  private static final int NT_PRSTATUS = 1;

  /// What the debuggers of the architecture take for registers: 72 bytes, 34 words, one more.
  private static final int STATUS_BYTES = 72 + 34 * 4 + 4;

  @TempDir Path temp;

  /// Lets a program crash and gives the core file it leaves.
  static Path coreOf(Path folder, String how, int status) throws Exception {
    Path file = folder.resolve("core." + how);
    CoreDumper dumper =
        (task, info) -> {
          try (RandomAccessFile core = new RandomAccessFile(file.toFile(), "rw")) {
            CoreImage.of(task, info)
                .writeTo(
                    new CoreOutput() {
                      @Override
                      public void write(long offset, byte[] bytes, int length) throws IOException {
                        core.seek(offset);
                        core.write(bytes, 0, length);
                      }

                      @Override
                      public void end(long size) throws IOException {
                        core.setLength(size);
                      }
                    });
            return true;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        };
    GuestRun run =
        GuestRun.of(
            GuestRun.rootWith("debuggee", PROGRAM),
            GuestRun.program("debuggee", List.of(how), List.of()),
            "",
            config -> config.withCoreDumper(dumper));
    assertThat(run.outcome().status()).isEqualTo(status);
    return file;
  }

  private record Note(int type, byte[] description) {
    int word(int at) {
      return ByteBuffer.wrap(description).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }
  }

  private static List<Note> notes(ByteBuffer core) {
    List<Note> notes = new ArrayList<>();
    int at = core.getInt(52 + 4);
    int end = at + core.getInt(52 + 16);
    while (at < end) {
      int name = core.getInt(at);
      byte[] description = new byte[core.getInt(at + 4)];
      int start = at + 12 + (name + 3 & ~3);
      core.get(start, description);
      notes.add(new Note(core.getInt(at + 8), description));
      at = start + (description.length + 3 & ~3);
    }
    return notes;
  }

  private static ByteBuffer read(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void theDyingTaskComesFirstWithItsRegisters() throws Exception {
    ByteBuffer core = read(coreOf(temp, "crash-threads", 11 | 0x80));

    assertThat(core.getShort(16)).as("ET_CORE").isEqualTo((short) 4);
    assertThat(core.getShort(18)).as("the machine").isEqualTo((short) 113);
    List<Note> notes = notes(core);
    assertThat(notes.stream().map(Note::type))
        .containsExactly(NT_PRSTATUS, 3, 0x53494749, 6, 0x46494c45, NT_PRSTATUS, NT_PRSTATUS);
    Note status = notes.getFirst();
    assertThat(status.description()).hasSize(STATUS_BYTES);
    assertThat(status.word(12) & 0xffff).as("pr_cursig").isEqualTo(11);
    long innermost = new ElfSymbolTable(PROGRAM).address("innermost");
    assertThat((long) status.word(72 + 21 * 4)).as("pc").isBetween(innermost, innermost + 64);
    assertThat(status.word(24)).as("pr_pid").isNotEqualTo(notes.get(5).word(24));
    assertThat(new String(notes.get(1).description(), StandardCharsets.ISO_8859_1))
        .contains("debuggee", "./debuggee crash-threads");
    assertThat(new String(notes.get(4).description(), StandardCharsets.ISO_8859_1))
        .contains("/job/debuggee");
  }

  @Test
  void memoryIsThere() throws Exception {
    ByteBuffer core = read(coreOf(temp, "crash", 11 | 0x80));
    long counter = new ElfSymbolTable(PROGRAM).address("counter");

    int segments = core.getShort(44);
    Integer value = null;
    for (int i = 0; i < segments; i++) {
      int header = 52 + 32 * i;
      long address = core.getInt(header + 8) & 0xffff_ffffL;
      if (core.getInt(header) == PT_LOAD
          && address <= counter
          && counter < address + core.getInt(header + 16)) {
        value = core.getInt((int) (core.getInt(header + 4) + counter - address));
      }
    }
    assertThat(value).isEqualTo(41);
  }

  /// RLIMIT_CORE is 0 as on Linux, unless somebody raises it.
  @Test
  void withoutARequestThereIsNoCoreFile() throws Exception {
    GuestRun run =
        GuestRun.of(
            GuestRun.rootWith("debuggee", PROGRAM),
            GuestRun.program("debuggee", List.of("crash"), List.of()),
            "");

    assertThat(run.outcome().status()).isEqualTo(11);
  }
}
