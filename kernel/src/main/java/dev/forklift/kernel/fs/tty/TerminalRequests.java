package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;

/// The requests of tty_ioctl(4).
///
/// @param own whether they come through the terminal itself rather than through its master
record TerminalRequests(Terminal terminal, boolean own) {
  private static final int FLUSH_INPUT = 0;
  private static final int FLUSH_OUTPUT = 1;
  private static final int FLUSH_BOTH = 2;

  private static final int STOP_OUTPUT = 0;
  private static final int START_OUTPUT = 1;
  private static final int SEND_STOP = 2;
  private static final int SEND_START = 3;

  long handle(Caller caller, OpenFile file, int request, long argument, UserAccess memory)
      throws Errno {
    switch (request) {
      case Ioctls.TCGETS -> memory.write(argument, modes(memory, false));
      case Ioctls.TCGETS2 -> memory.write(argument, modes(memory, true));
      case Ioctls.TCSETS, Ioctls.TCSETSW -> setModes(caller, argument, memory, false, false);
      case Ioctls.TCSETSF -> setModes(caller, argument, memory, false, true);
      case Ioctls.TCSETS2, Ioctls.TCSETSW2 -> setModes(caller, argument, memory, true, false);
      case Ioctls.TCSETSF2 -> setModes(caller, argument, memory, true, true);
      case Ioctls.TIOCGWINSZ ->
          memory.write(argument, terminal.size().write(new StructWriter(memory.model())));
      case Ioctls.TIOCSWINSZ ->
          terminal.resize(WindowSize.read(memory.structure(argument, WindowSize.BYTES)));
      case Ioctls.TIOCSCTTY -> {
        if (!file.reads() && !caller.credentials().has(Capability.SYS_ADMIN)) {
          throw Errno.EPERM;
        }
        terminal.acquire(caller, argument == 1);
      }
      case Ioctls.TIOCNOTTY -> leave(caller);
      case Ioctls.TIOCGPGRP -> {
        requireControlling(caller);
        JobControl.Group group = terminal.foreground();
        memory.writeInt(argument, group == null ? 0 : group.idFor(caller));
      }
      case Ioctls.TIOCSPGRP -> setForeground(caller, memory.readInt(argument));
      case Ioctls.TIOCGSID -> {
        requireControlling(caller);
        JobControl.Session session = terminal.session();
        if (session == null) {
          throw Errno.ENOTTY;
        }
        memory.writeInt(argument, session.idFor(caller));
      }
      case Ioctls.FIONREAD -> memory.writeInt(argument, terminal.inputSize());
      case Ioctls.TIOCOUTQ -> memory.writeInt(argument, terminal.output().pending());
      case Ioctls.TCFLSH -> {
        requireForeground(caller);
        flush((int) argument);
      }
      case Ioctls.TCXONC -> {
        requireForeground(caller);
        flow((int) argument);
      }
      case Ioctls.TCSBRK, Ioctls.TCSBRKP -> requireForeground(caller);
      case Ioctls.TIOCSBRK, Ioctls.TIOCCBRK -> {}
      case Ioctls.TIOCSTI -> type(caller, argument, memory);
      case Ioctls.TIOCEXCL -> terminal.setExclusive(true);
      case Ioctls.TIOCNXCL -> terminal.setExclusive(false);
      case Ioctls.TIOCGEXCL -> memory.writeInt(argument, terminal.isExclusive() ? 1 : 0);
      case Ioctls.TIOCGETD -> memory.writeInt(argument, 0);
      case Ioctls.TIOCSETD -> {
        if (memory.readInt(argument) != 0) {
          throw Errno.EINVAL;
        }
      }
      case Ioctls.TIOCGDEV -> memory.writeInt(argument, (int) terminal.device());
      case Ioctls.TIOCVHANGUP -> {
        requireAdministrator(caller);
        terminal.hangUp();
      }
      case Ioctls.TIOCGPTPEER -> throw Errno.EIO; // it is for masters
      default -> throw Errno.ENOTTY;
    }
    return 0;
  }

  private StructWriter modes(UserAccess memory, boolean speeds) {
    return terminal.modes().write(new StructWriter(memory.model()), speeds);
  }

  private void setModes(
      Caller caller, long argument, UserAccess memory, boolean speeds, boolean flush) throws Errno {
    requireForeground(caller);
    int length = speeds ? Termios.BYTES_2 : Termios.BYTES;
    Termios modes = Termios.read(memory.structure(argument, length), speeds);
    if (flush) {
      terminal.discipline().flushInput();
    }
    terminal.setModes(modes);
  }

  private void requireForeground(Caller caller) throws Errno {
    if (own) {
      terminal.requireForeground(caller, Signal.SIGTTOU);
    }
  }

  private void requireControlling(Caller caller) throws Errno {
    if (own && terminal.jobs().terminal(caller) != terminal) {
      throw Errno.ENOTTY;
    }
  }

  private static void requireAdministrator(Caller caller) throws Errno {
    if (!caller.credentials().has(Capability.SYS_ADMIN)) {
      throw Errno.EPERM;
    }
  }

  private void leave(Caller caller) throws Errno {
    if (terminal.jobs().terminal(caller) != terminal) {
      throw Errno.ENOTTY;
    }
    if (terminal.jobs().leadsSession(caller)) {
      terminal.leaveSession(false);
    } else {
      terminal.jobs().detach(caller);
    }
  }

  private void setForeground(Caller caller, int id) throws Errno {
    // Through the master too, this is for the session that the terminal controls.
    try {
      terminal.requireForeground(caller, Signal.SIGTTOU);
    } catch (Errno e) {
      throw e == Errno.EIO ? Errno.ENOTTY : e;
    }
    if (id < 0) {
      throw Errno.EINVAL;
    }
    JobControl jobs = terminal.jobs();
    JobControl.Session session = terminal.session();
    if (session == null
        || jobs.terminal(caller) != terminal
        || !session.equals(jobs.session(caller))) {
      throw Errno.ENOTTY;
    }
    JobControl.Group group = jobs.find(caller, id);
    if (group == null) {
      throw Errno.ESRCH;
    }
    if (!group.session().equals(session)) {
      throw Errno.EPERM;
    }
    terminal.setForeground(group);
  }

  private void flush(int what) throws Errno {
    switch (what) {
      case FLUSH_INPUT -> terminal.discipline().flushInput();
      case FLUSH_OUTPUT -> terminal.output().discard();
      case FLUSH_BOTH -> {
        terminal.discipline().flushInput();
        terminal.output().discard();
      }
      default -> throw Errno.EINVAL;
    }
  }

  private void flow(int what) throws Errno {
    switch (what) {
      case STOP_OUTPUT -> terminal.setStopped(true);
      case START_OUTPUT -> terminal.setStopped(false);
      case SEND_STOP -> send(Termios.VSTOP);
      case SEND_START -> send(Termios.VSTART);
      default -> throw Errno.EINVAL;
    }
  }

  private void send(int character) {
    byte[] bytes = {(byte) terminal.modes().cc(character)};
    if (bytes[0] != 0) {
      terminal.output().put(bytes, 0, 1);
    }
  }

  private void type(Caller caller, long argument, UserAccess memory) throws Errno {
    if (terminal.jobs().terminal(caller) != terminal) {
      requireAdministrator(caller);
    }
    byte[] typed = new byte[1];
    memory.read(argument, typed, 0, 1);
    terminal.discipline().receive(typed, 0, 1);
  }
}
