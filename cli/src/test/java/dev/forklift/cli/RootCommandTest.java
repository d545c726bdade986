package dev.forklift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RootCommandTest {
  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... words) {
    CommandLine command = ForkliftCommand.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    String[] args = new String[words.length + 1];
    args[0] = "root";
    for (int i = 0; i < words.length; i++) {
      args[i + 1] = words[i].toString();
    }
    return command.execute(args);
  }

  private static Path elf(Path file, int machine) throws IOException {
    byte[] head = new byte[64];
    head[0] = 0x7f;
    head[1] = 'E';
    head[18] = (byte) machine;
    Files.createDirectories(file.getParent());
    return Files.write(file, head);
  }

  /// A toolchain's folder, as compilers for another machine are usually installed.
  private Path toolchain(int machine) throws IOException {
    Path sysroot = temp.resolve("toolchain/cpu/sysroot");
    elf(sysroot.resolve("lib/ld-linux-nios2.so.1"), machine);
    elf(sysroot.resolve("lib/libc-2.so"), machine);
    Files.createSymbolicLink(sysroot.resolve("lib/libc.so.6"), Path.of("/lib/libc-2.so"));
    elf(sysroot.resolve("usr/lib/libc.a"), machine);
    Files.createDirectories(sysroot.resolve("usr/include/sys"));
    elf(sysroot.resolveSibling("lib/libstdc++.so.6.0.30"), machine);
    Files.createSymbolicLink(
        sysroot.resolveSibling("lib/libstdc++.so.6"), Path.of("libstdc++.so.6.0.30"));
    return temp.resolve("toolchain");
  }

  @Test
  void withoutAFolderItSaysWhereARootComesFrom() {
    assertThat(run(temp.resolve("new"))).isEqualTo(1);
    assertThat(out.toString()).contains("--from FOLDER", "build/make-root WORK");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aRootIsMadeOfAToolchain() throws IOException {
    Path root = temp.resolve("root");
    Path busybox = elf(temp.resolve("bb"), 113);

    assertThat(run(root, "--from", toolchain(113), "--busybox", busybox)).isZero();
    assertThat(out.toString()).doesNotContain("is not there").contains("yes  shell ");
    assertThat(root.resolve("usr/lib/libstdc++.so.6")).exists();
    assertThat(root.resolve("usr/lib/libc.a")).doesNotExist();
    assertThat(root.resolve("usr/include")).doesNotExist();
    assertThat(root.resolve("etc/passwd")).exists();
    assertThat(Files.exists(root.resolve("bin/sh"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(run(root)).isZero();
  }

  @Test
  void aFolderThatIsThereIsNotTouched() throws IOException {
    Path root = Files.createDirectories(temp.resolve("root/mine")).getParent();

    assertThat(run(root, "--from", toolchain(113))).isEqualTo(125);
    assertThat(err.toString()).contains("is there already").hasLineCount(1);
    assertThat(root.toFile().list()).containsExactly("mine");
  }

  @Test
  void whatIsForAnotherCpuIsNoRoot() throws IOException {
    assertThat(run(temp.resolve("root"), "--from", toolchain(62))).isEqualTo(1);
    assertThat(out.toString()).contains("is not a program for nios2", "It cannot be used");
  }

  @Test
  void aFolderWithoutALoaderIsNoSysroot() {
    assertThat(run(temp.resolve("root"), "--from", temp)).isEqualTo(125);
    assertThat(err.toString()).contains("no lib/ld-linux-nios2.so.1 in it").hasLineCount(1);
  }

  @Test
  void anEmptyFolderLacksEverything() {
    assertThat(run(temp)).isEqualTo(1);
    assertThat(out.toString()).contains("NO   dynamic loader", "NO   C library");
  }
}
