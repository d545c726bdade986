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

/// The terminal that Forklift runs in, in raw mode from [#begin] until closed. What sets the mode
/// is stty(1): every Unix has it, and it costs nothing where there is no terminal.
final class HostTerminal implements HostConsole, AutoCloseable {
  private static final File TERMINAL = new File("/dev/tty");
  private static final WindowSize USUAL_SIZE = new WindowSize(24, 80);
  private static final int PATIENCE_SECONDS = 5;

  private final String savedMode;
  private final InputStream input = new FileInputStream(FileDescriptor.in);
  private final OutputStream output;
  private final Thread restorer = new Thread(this::restore);
  private boolean raw;

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

  /// The terminal, if standard input and output are one and it is ours to use; otherwise null. With
  /// one of them elsewhere, something else may be using the terminal at the same time (a pager), so
  /// its mode stays.
  static @Nullable HostTerminal find() {
    if (!isTerminal(0) || !isTerminal(1) || isInBackground()) {
      return null;
    }
    try {
      return new HostTerminal(stty("-g"), new FileOutputStream(FileDescriptor.out));
    } catch (IOException e) {
      return null;
    }
  }

  /// Says whether a shell's job control keeps the terminal from this process. Setting its mode
  /// would stop us.
  private static boolean isInBackground() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
      // Behind the name: state, parent, process group, session, terminal, its foreground group.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return !fields[2].equals(fields[5]);
    } catch (IOException e) {
      return false;
    }
  }

  /// Takes the terminal.
  void begin() throws IOException {
    Runtime.getRuntime().addShutdownHook(restorer);
    makeRaw();
  }

  /// Sets the mode, again if a shell has set its own meanwhile.
  synchronized void makeRaw() throws IOException {
    raw = true;
    var _ = stty("raw", "-echo");
  }

  /// After a shell has stopped us and used the terminal meanwhile.
  void takeBack() {
    try {
      makeRaw();
    } catch (IOException e) {
      // It stays as it is.
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
    return screenSize();
  }

  /// The size of the terminal that this process belongs to, or the usual one.
  static WindowSize screenSize() {
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
    if (!isRaw()) {
      return;
    }
    restore();
    try {
      var _ = Runtime.getRuntime().removeShutdownHook(restorer);
    } catch (IllegalStateException e) {
      // The JVM is ending already.
    }
  }

  private synchronized boolean isRaw() {
    return raw;
  }

  synchronized void restore() {
    if (!raw) {
      return;
    }
    raw = false;
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
