package bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// One run: how long from start to end, and what came of it.
record Timed(double seconds, int status, String output) {
  static Timed run(List<String> command, Path folder) throws IOException {
    // A file, since what a command leaves running may hold a pipe open.
    Path output = Files.createTempFile("bench", ".out");
    try {
      long start = System.nanoTime();
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectOutput(output.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      int status = process.waitFor();
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Timed(seconds, status, Files.readString(output, StandardCharsets.ISO_8859_1));
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      Files.delete(output);
    }
  }

  boolean isLike(Timed other) {
    return status == other.status && output.equals(other.output);
  }
}
