package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.List;

/// An open terminal.
public final class TerminalFile extends OpenFile {
  private static final int HUNG_UP =
      PollEvents.READABLE | PollEvents.WRITABLE | PollEvents.POLLERR | PollEvents.POLLHUP;

  private final Terminal terminal;
  private final int hangUpsBefore;

  TerminalFile(VfsPath path, int flags, Terminal terminal) throws Errno {
    super(path, flags);
    this.terminal = terminal;
    this.hangUpsBefore = terminal.hangUps();
  }

  public Terminal terminal() {
    return terminal;
  }

  boolean isHungUp() {
    return terminal.hangUps() != hangUpsBefore;
  }

  @Override
  protected void onClose() {
    terminal.closed();
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  @Override
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    if (isHungUp()) {
      return 0;
    }
    return terminal.read(caller, this, buffer);
  }

  @Override
  protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    if (isHungUp()) {
      throw Errno.EIO;
    }
    return terminal.write(caller, this, buffer);
  }

  @Override
  public int poll() {
    if (isHungUp()) {
      return HUNG_UP;
    }
    int events = 0;
    if (terminal.hasInput(true)) {
      events |= PollEvents.READABLE;
    }
    if (terminal.isOtherSideClosed()) {
      events |= PollEvents.POLLHUP;
    }
    if (terminal.hasRoom()) {
      events |= PollEvents.WRITABLE;
    }
    return events;
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(terminal.readable(), terminal.output().drained());
  }

  @Override
  public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
    if (isHungUp()) {
      throw request == Ioctls.TIOCSPGRP ? Errno.ENOTTY : Errno.EIO;
    }
    return new TerminalRequests(terminal, true).handle(caller, this, request, argument, memory);
  }
}
