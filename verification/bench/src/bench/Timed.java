package bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// One run: how long from start to end, and what came of it.
record Timed(double seconds, int status, String output) {
  static Timed run(List<String> command, Path folder) throws IOException {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    try {
      int status = process.waitFor();
      return new Timed((System.nanoTime() - start) / 1e9, status, output);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  boolean isLike(Timed other) {
    return status == other.status && output.equals(other.output);
  }
}
