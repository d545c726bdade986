package dev.forklift.kernel.machine;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.fs.stdio.HostInput;
import dev.forklift.kernel.fs.stdio.HostOutput;
import dev.forklift.kernel.fs.tty.Console;
import dev.forklift.kernel.fs.tty.HostConsole;
import dev.forklift.kernel.fs.tty.Terminal;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileDescriptors;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The host's standard streams and terminal, on the guest's side.
final class StandardFiles {
  private final KernelLock lock;
  private final KernelClock clock;
  private final NamelessFileSystem pipes;
  private final Stdio stdio;
  private final List<HostOutput> outputs = new ArrayList<>();
  private final @Nullable Console console;
  private @Nullable HostInput input;

  StandardFiles(
      KernelLock lock, KernelClock clock, NamelessFileSystem pipes, TaskJobs jobs, Stdio stdio) {
    this.lock = lock;
    this.clock = clock;
    this.pipes = pipes;
    this.stdio = stdio;
    HostConsole host = stdio.console();
    this.console =
        host == null ? null : new Console(lock, clock, jobs, host, output(host.output()));
  }

  private HostOutput output(OutputStream stream) {
    HostOutput output = new HostOutput(lock, clock, pipes, stream);
    outputs.forEach(output::orderWith);
    outputs.add(output);
    return output;
  }

  @Nullable Terminal terminal() {
    return console == null ? null : console.terminal();
  }

  /// Opens descriptors 0, 1 and 2.
  void open(Caller caller, FileDescriptors files) throws Errno {
    InputStream in = stdio.in();
    if (in == null) {
      add(files, console(caller));
    } else {
      input = new HostInput(lock, clock, pipes, in);
      add(files, input.open());
    }
    for (OutputStream stream : new OutputStream[] {stdio.out(), stdio.err()}) {
      add(files, stream == null ? console(caller) : output(stream).open());
    }
  }

  private static OpenFile console(Caller caller) throws Errno {
    return Opening.open(caller, null, "/dev/console", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY, 0);
  }

  private static void add(FileDescriptors files, OpenFile file) throws Errno {
    var _ = files.add(file, false, files.ceiling().value());
  }

  /// Begins to listen to the keyboard.
  void start() {
    if (console != null) {
      console.start();
    }
  }

  /// Waits until all output has reached the host. Without the kernel lock.
  void end() {
    outputs.forEach(HostOutput::end);
    if (input != null) {
      lock.acquire();
      try {
        input.end();
      } finally {
        lock.release();
      }
    }
  }
}
