package dev.forklift.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// One of our own standard streams, which remembers why it failed. The guest has gone on by then:
/// it sees a pipe, and a pipe does not tell why its reader went away.
final class WatchedOutput extends OutputStream {
  private static final String READER_GONE = "Broken pipe";

  private final String name;
  private final FileOutputStream stream;
  private volatile @Nullable IOException failure;

  /// @param name for messages
  WatchedOutput(String name, FileDescriptor descriptor) {
    this.name = name;
    this.stream = new FileOutputStream(descriptor);
  }

  /// What was lost and why, or null. A reader that has gone wants no more, which is no failure.
  @Nullable String failure() {
    IOException problem = failure;
    return problem == null || READER_GONE.equals(problem.getMessage())
        ? null
        : name + ": " + problem.getMessage();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      stream.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }
}
