package dev.forklift.cli;

import dev.forklift.kernel.debug.CoreImage;
import dev.forklift.kernel.debug.CoreOutput;
import dev.forklift.kernel.debug.GuestCores;
import dev.forklift.kernel.process.CoreDumper;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.signal.SigInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/// Core files on the host, of whichever process crashes, beside those that guests ask for.
final class HostCores implements CoreDumper {
  private final String pattern;
  private final Consumer<String> lines;
  private final CoreDumper guest = new GuestCores();

  /// @param pattern the file's name; `%p` stands for the process id, `%e` for the program's name
  /// @param lines takes what is to be printed, without waiting
  HostCores(String pattern, Consumer<String> lines) {
    this.pattern = pattern;
    this.lines = lines;
  }

  @Override
  public boolean dump(Task task, SigInfo info) {
    boolean inGuest = guest.dump(task, info);
    CoreImage image = CoreImage.of(task, info);
    String name = name(task);
    // The host may take its time, which is not the other processes' affair.
    task.kernel().lock().release();
    try {
      write(image, CommandLineBytes.path(name));
      lines.accept("forklift: core written to " + name);
      return true;
    } catch (IOException | UncheckedIOException e) {
      lines.accept("forklift: no core file: " + describe(e));
      return inGuest;
    } finally {
      task.kernel().lock().acquire();
    }
  }

  private static String describe(Exception e) {
    return e instanceof FileSystemException f && f.getReason() == null
        ? f.getFile() + ": cannot be written"
        : String.valueOf(e.getMessage());
  }

  private String name(Task task) {
    StringBuilder name = new StringBuilder();
    int i = 0;
    while (i < pattern.length()) {
      char c = pattern.charAt(i++);
      if (c != '%' || i == pattern.length()) {
        name.append(c);
        continue;
      }
      char what = pattern.charAt(i++);
      switch (what) {
        case 'p' -> name.append(task.tgid());
        // A guest chooses its name: it must not choose a folder.
        case 'e' -> name.append(task.name().replaceAll("[^A-Za-z0-9._+-]", "_"));
        case '%' -> name.append('%');
        default -> name.append(c).append(what);
      }
    }
    return name.toString();
  }

  private static void write(CoreImage image, Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      image.writeTo(
          new CoreOutput() {
            @Override
            public void write(long offset, byte[] bytes, int length) throws IOException {
              ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
              long at = offset;
              while (buffer.hasRemaining()) {
                at += channel.write(buffer, at);
              }
            }

            @Override
            public void end(long size) throws IOException {
              if (channel.size() < size) {
                var _ = channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
              }
            }
          });
    }
  }
}
