package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.DeviceNumber;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.vfs.ByteQueue;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.List;

/// A pair of a terminal and a master that plays the person in front of it (pty(7)).
final class PseudoTerminal {
  static final int SLAVE_MAJOR = 136;

  /// What is not read by the master stays here; what exceeds it is echo, and lost.
  private static final int CAPACITY = 16 * 1024;

  private static final int WRITABLE = 8 * 1024;

  private final PseudoTerminals all;
  private final int number;
  private final Terminal terminal;
  private final ByteQueue displayed = new ByteQueue(CAPACITY);
  private final WaitQueue masterReadable = new WaitQueue();
  private final WaitQueue drained = new WaitQueue();
  private boolean locked = true;
  private boolean masterClosed;
  private boolean slaveClosed;
  private int slaves;

  PseudoTerminal(PseudoTerminals all, JobControl jobs, int number) {
    this.all = all;
    this.number = number;
    this.terminal = new Terminal(jobs, new ToMaster(), true, DeviceNumber.of(SLAVE_MAJOR, number));
  }

  int number() {
    return number;
  }

  Terminal terminal() {
    return terminal;
  }

  /// Opens the master.
  OpenFile openMaster(VfsPath path, int flags) throws Errno {
    return new Master(path, flags);
  }

  /// Opens the terminal.
  TerminalFile openSlave(Caller caller, VfsPath path, int flags) throws Errno {
    if (locked || masterClosed) {
      throw Errno.EIO;
    }
    return terminal.open(caller, path, flags);
  }

  private void masterClosed() {
    masterClosed = true;
    all.remove(this);
    if (slaves == 0) {
      all.freeNumber(this);
    }
    terminal.setOtherSideClosed(true);
    terminal.hangUp();
  }

  private final class ToMaster implements TerminalOutput {
    @Override
    public int room() {
      return Math.max(0, WRITABLE - displayed.size());
    }

    @Override
    public void put(byte[] bytes, int offset, int length) {
      if (!masterClosed) {
        displayed.put(bytes, offset, Math.min(length, displayed.room()));
        masterReadable.wakeAll();
      }
    }

    @Override
    public int pending() {
      return 0; // to the terminal, what has been handed to the master is displayed
    }

    @Override
    public void discard() {
      displayed.discard(displayed.size());
      drained.wakeAll();
    }

    @Override
    public WaitQueue drained() {
      return drained;
    }

    @Override
    public void opened(int files) {
      slaves = files;
      slaveClosed = files == 0;
      if (masterClosed && files == 0) {
        all.freeNumber(PseudoTerminal.this);
      }
      masterReadable.wakeAll();
    }
  }

  private final class Master extends OpenFile implements TerminalMaster {
    Master(VfsPath path, int flags) throws Errno {
      super(path, flags);
    }

    @Override
    protected void onClose() {
      masterClosed();
    }

    @Override
    public OpenFile openPeer(Caller caller, int flags) throws Errno {
      return all.openPeer(PseudoTerminal.this, caller, path(), flags);
    }

    @Override
    protected boolean isSeekable() {
      return false;
    }

    @Override
    protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      if (buffer.remaining() == 0) {
        return 0;
      }
      while (displayed.isEmpty()) {
        if (slaveClosed) {
          throw Errno.EIO;
        }
        if (isNonblocking()) {
          throw Errno.EAGAIN;
        }
        caller.sleeper().await(masterReadable, () -> !displayed.isEmpty() || slaveClosed);
      }
      int length = (int) Math.min(buffer.remaining(), displayed.size());
      int taken = displayed.takeInto(buffer, length);
      drained.wakeAll();
      return taken;
    }

    @Override
    protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      LineDiscipline discipline = terminal.discipline();
      long done = 0;
      byte[] chunk = new byte[(int) Math.min(buffer.remaining(), 4096)];
      try {
        while (buffer.remaining() > 0) {
          if (discipline.room() == 0) {
            if (isNonblocking()) {
              throw Errno.EAGAIN;
            }
            caller.sleeper().await(terminal.inputTaken(), () -> discipline.room() > 0);
            continue;
          }
          int most = Math.min(chunk.length, discipline.room());
          int length = (int) Math.min(most, buffer.remaining());
          int got = buffer.get(chunk, 0, length);
          discipline.receive(chunk, 0, got);
          done += got;
          if (got < length) {
            break;
          }
        }
      } catch (Errno e) {
        if (done == 0) {
          throw e;
        }
      }
      return done;
    }

    @Override
    public int poll() {
      int events = 0;
      if (!displayed.isEmpty()) {
        events |= PollEvents.READABLE;
      }
      if (slaveClosed) {
        events |= PollEvents.POLLHUP;
      }
      if (terminal.discipline().room() > 0) {
        events |= PollEvents.WRITABLE;
      }
      return events;
    }

    @Override
    public List<WaitQueue> pollQueues(int events) {
      return List.of(masterReadable, terminal.inputTaken());
    }

    @Override
    public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
      switch (request) {
        case Ioctls.TIOCGPTN -> memory.writeInt(argument, number);
        case Ioctls.TIOCSPTLCK -> locked = memory.readInt(argument) != 0;
        case Ioctls.TIOCGPTLCK -> memory.writeInt(argument, locked ? 1 : 0);
        case Ioctls.FIONREAD -> memory.writeInt(argument, displayed.size());
        case Ioctls.TIOCSIG -> {
          if (argument < 1 || argument > 31) {
            throw Errno.EINVAL;
          }
          terminal.signalForeground((int) argument);
        }
        case Ioctls.TIOCPKT -> {
          if (memory.readInt(argument) != 0) {
            throw Errno.EINVAL;
          }
        }
        case Ioctls.TIOCGPKT -> memory.writeInt(argument, 0);
        case Ioctls.TIOCNOTTY, Ioctls.TIOCSTI -> throw Errno.ENOTTY;
        default -> {
          return new TerminalRequests(terminal, false)
              .handle(caller, this, request, argument, memory);
        }
      }
      return 0;
    }
  }
}
