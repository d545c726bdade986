package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// The device files of terminals: tty, console, ptmx and the slaves.
public final class TerminalDevices {
  static final long PTMX = DeviceNumber.of(5, 2);

  private TerminalDevices() {}

  /// Makes them known.
  ///
  /// @param console what /dev/console opens, if there is a terminal
  public static void register(FileSystems systems, JobControl jobs, @Nullable Terminal console) {
    systems.registerCharacterDevice(
        5, 0, (caller, path, flags) -> openOwn(caller, path, flags, jobs));
    if (console != null) {
      systems.registerCharacterDevice(
          5, 1, (caller, path, flags) -> console.open(caller, path, flags));
    }
    systems.registerCharacterDevice(5, 2, PseudoTerminals::openMasterAt);
    systems.registerCharacterDevices(
        PseudoTerminal.SLAVE_MAJOR, (caller, path, flags) -> openStrayNumber());
  }

  /// A number alone says nothing: each instance of devpts has its own terminals.
  private static OpenFile openStrayNumber() throws Errno {
    throw Errno.EIO;
  }

  private static OpenFile openOwn(Caller caller, VfsPath path, int flags, JobControl jobs)
      throws Errno {
    Terminal terminal = jobs.terminal(caller);
    if (terminal == null) {
      throw Errno.ENXIO;
    }
    return terminal.open(caller, path, flags);
  }

  /// The first terminal that a session leader without one opens becomes its controlling terminal.
  static void acquireIfFree(Caller caller, TerminalFile file, JobControl jobs) throws Errno {
    Terminal terminal = file.terminal();
    if (file.reads()
        && jobs.leadsSession(caller)
        && jobs.terminal(caller) == null
        && terminal.session() == null) {
      terminal.acquire(caller, false);
    }
  }
}
