package dev.forklift.kernel.fs.tty;

import java.io.InputStream;
import java.io.OutputStream;

/// A terminal of the host. It is in raw mode: line editing and signals are the guest's.
public interface HostConsole {
  /// What is typed.
  InputStream input();

  /// What is displayed.
  OutputStream output();

  /// Its size when the kernel starts; changes are told by [Terminal#resize].
  WindowSize size();
}
