package bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the rows work on: programs that are there, and those that are made here.
final class Inputs {
  private static final int COMMANDS = 1000;
  private static final Pattern FILE = Pattern.compile("\\{made}/(text|zeros)-(\\d+)");
  private static final String HELLO =
      "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n";

  private final Path root;
  private final Path made;
  private final Path busybox;
  private final Path sysroot;
  private final Path programs;
  private final String why;

  /// @param compiler a cross compiler, or an empty string
  Inputs(Path root, Path made, Path busybox, Path sysroot, Path programs, String compiler)
      throws IOException {
    this.root = root;
    this.programs = programs;
    this.made = made;
    this.busybox = busybox;
    copyScripts();
    Files.writeString(
        made.resolve("thousand.sh"),
        "i=0\nwhile [ $i -lt "
            + COMMANDS
            + " ]; do \"$SHELL_BINARY\" true; i=$((i + 1)); done\necho $i\n"
                .replace("$SHELL_BINARY", String.valueOf(busybox)));
    if (compiler.isEmpty()) {
      this.sysroot = null;
      this.why = "no nios2-linux-gnu-gcc; NIOS2_TOOLCHAIN may name its folder";
      return;
    }
    this.sysroot =
        sysroot != null
            ? sysroot
            : Path.of(Timed.run(List.of(compiler, "-print-sysroot"), made).output().strip())
                .normalize();
    this.why = compile(compiler, made) ? null : "the compiler makes no program";
  }

  private static boolean compile(String compiler, Path made) throws IOException {
    Path source = Files.writeString(made.resolve("hello.c"), HELLO);
    return Timed.run(
                    List.of(compiler, "-O2", "-static", "-o", "hello-static", source.toString()),
                    made)
                .status()
            == 0
        && Timed.run(List.of(compiler, "-O2", "-o", "hello-dynamic", source.toString()), made)
                .status()
            == 0;
  }

  /// A guest sees the current folder, so scripts must be there.
  private void copyScripts() throws IOException {
    try (DirectoryStream<Path> scripts =
        Files.newDirectoryStream(root.resolve("verification/bench/scripts"))) {
      for (Path script : scripts) {
        Files.copy(
            script, made.resolve(script.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /// Makes `{made}/text-MIB` and `{made}/zeros-MIB`.
  private void make(String word) throws IOException {
    Matcher file = FILE.matcher(word);
    if (!file.matches()) {
      return;
    }
    Path path = made.resolve(file.group(1) + "-" + file.group(2));
    int bytes = Integer.parseInt(file.group(2)) << 20;
    if (file.group(1).equals("text")) {
      Texts.make(path, bytes);
    } else {
      // Takes no room on most hosts.
      try (RandomAccessFile zeros = new RandomAccessFile(path.toFile(), "rw")) {
        zeros.setLength(bytes);
      }
    }
  }

  /// Why a row cannot be measured, or null.
  String missing(Row row) {
    if (row.needs().contains("busybox") && (busybox == null || !Files.isExecutable(busybox))) {
      return "no BusyBox given (--busybox FILE)";
    }
    if (row.needs().contains("programs") && (programs == null || !Files.isDirectory(programs))) {
      return "no programs given (--programs DIR)";
    }
    return row.needs().contains("sysroot") ? why : null;
  }

  /// The command, with what it works on made.
  List<String> command(Row row) throws IOException {
    List<String> command = new ArrayList<>();
    for (String word : row.command()) {
      make(word);
      command.add(
          word.replace("{bin}", root.resolve("verification/bench/guest/bin").toString())
              .replace("{guest}", root.resolve("verification/guest/bin").toString())
              .replace("{made}", made.toString())
              .replace("{programs}", String.valueOf(programs))
              .replace("{busybox}", String.valueOf(busybox))
              .replace("{sysroot}", String.valueOf(sysroot)));
    }
    return command;
  }
}
