package dev.forklift.cli;

import dev.forklift.kernel.fs.tty.HostConsole;
import dev.forklift.kernel.fs.tty.WindowSize;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The terminal that Forklift runs in, in raw mode until closed. What sets the mode is stty(1):
/// every Unix has it, and it costs nothing where there is no terminal.
final class HostTerminal implements HostConsole, AutoCloseable {
  private static final File TERMINAL = new File("/dev/tty");
  private static final WindowSize USUAL_SIZE = new WindowSize(24, 80);
  private static final int PATIENCE_SECONDS = 5;

  private final String savedMode;
  private final InputStream input = new FileInputStream(FileDescriptor.in);
  private final OutputStream output;
  private final Thread restorer = new Thread(this::restore);
  private boolean restored;

  private HostTerminal(String savedMode, OutputStream output) {
    this.savedMode = savedMode;
    this.output = output;
  }

  /// Says whether one of the descriptors 0, 1 and 2 is a terminal.
  static boolean isTerminal(int descriptor) {
    for (String folder : new String[] {"/proc/self/fd/", "/dev/fd/"}) {
      try {
        String target = Files.readSymbolicLink(Path.of(folder + descriptor)).toString();
        return target.startsWith("/dev/pts/")
            || target.startsWith("/dev/tty")
            || target.equals("/dev/console");
      } catch (IOException e) {
        // The other may be there.
      }
    }
    return false;
  }

  /// Takes the terminal if standard input is one; otherwise null.
  static @Nullable HostTerminal takeIfThere() {
    if (!isTerminal(0)) {
      return null;
    }
    try {
      String saved = stty("-g");
      OutputStream output =
          isTerminal(1) ? new FileOutputStream(FileDescriptor.out) : new FileOutputStream(TERMINAL);
      HostTerminal terminal = new HostTerminal(saved, output);
      Runtime.getRuntime().addShutdownHook(terminal.restorer);
      var _ = stty("raw", "-echo");
      return terminal;
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public WindowSize size() {
    try {
      Scanner words = new Scanner(stty("size"));
      WindowSize size = new WindowSize(words.nextInt(), words.nextInt());
      return size.rows() > 0 && size.columns() > 0 ? size : USUAL_SIZE;
    } catch (IOException | NoSuchElementException e) {
      return USUAL_SIZE;
    }
  }

  /// Gives the terminal back as it was.
  @Override
  public void close() {
    restore();
    try {
      var _ = Runtime.getRuntime().removeShutdownHook(restorer);
    } catch (IllegalStateException e) {
      // The JVM is ending already.
    }
  }

  synchronized void restore() {
    if (restored) {
      return;
    }
    restored = true;
    try {
      var _ = stty(savedMode);
    } catch (IOException e) {
      System.err.println("forklift: the terminal's mode could not be restored: type stty sane");
    }
  }

  private static String stty(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    Process stty =
        new ProcessBuilder(command)
            .redirectInput(TERMINAL)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String answer =
        new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    try {
      if (!stty.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || stty.exitValue() != 0) {
        throw new IOException("stty does not work");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return answer;
  }
}
