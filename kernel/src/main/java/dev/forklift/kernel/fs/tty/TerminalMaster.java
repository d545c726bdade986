package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.OpenFile;

/// The master of a pseudoterminal.
public interface TerminalMaster {
  /// Opens the terminal without going through its name (TIOCGPTPEER).
  ///
  /// @param flags those of open(2)
  OpenFile openPeer(Caller caller, int flags) throws Errno;
}
