package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A terminal: its modes, its size, the session that it controls, what is typed and what is
/// displayed.
public final class Terminal {
  private static final long DECISECOND_NANOS = 100_000_000;

  private final JobControl jobs;
  private final TerminalOutput output;
  private final boolean pseudo;
  private final long device;
  private final LineDiscipline discipline = new LineDiscipline(this);
  private final WaitQueue readable = new WaitQueue();
  private final WaitQueue inputTaken = new WaitQueue();
  private Termios modes;
  private WindowSize size = new WindowSize(0, 0);
  private boolean stopped;
  private boolean exclusive;
  private boolean otherSideClosed;
  private int hangUps;
  private int files;
  private JobControl.@Nullable Session session;
  private JobControl.@Nullable Group foreground;

  /// @param pseudo whether it is the slave of a pseudoterminal
  /// @param device its device number
  Terminal(JobControl jobs, TerminalOutput output, boolean pseudo, long device) {
    this.jobs = jobs;
    this.output = output;
    this.pseudo = pseudo;
    this.device = device;
    this.modes = Termios.initial(!pseudo);
  }

  /// Its device number.
  public long device() {
    return device;
  }

  /// Opens it.
  ///
  /// @param path where it was found
  public TerminalFile open(Caller caller, VfsPath path, int flags) throws Errno {
    if (exclusive && !caller.credentials().has(Capability.SYS_ADMIN)) {
      throw Errno.EBUSY;
    }
    TerminalFile file = new TerminalFile(path, flags, this);
    output.opened(++files);
    return file;
  }

  void closed() {
    output.opened(--files);
  }

  TerminalOutput output() {
    return output;
  }

  Termios modes() {
    return modes;
  }

  boolean isPseudo() {
    return pseudo;
  }

  void setModes(Termios newModes) {
    boolean canonical = newModes.local(Termios.ICANON);
    if (canonical != modes.local(Termios.ICANON)) {
      discipline.input().modeChanged(canonical);
    }
    modes = pseudo ? newModes.withoutHardware() : newModes;
    if (!newModes.input(Termios.IXON) && stopped) {
      setStopped(false);
    }
    inputChanged();
  }

  public WindowSize size() {
    return size;
  }

  /// Its size changes, of which the foreground is told.
  public void resize(WindowSize newSize) {
    if (!newSize.equals(size)) {
      size = newSize;
      signalForeground(Signal.SIGWINCH);
    }
  }

  boolean isStopped() {
    return stopped;
  }

  /// Stops or resumes output (Ctrl-S, Ctrl-Q).
  void setStopped(boolean newStopped) {
    if (newStopped != stopped) {
      stopped = newStopped;
      output.drained().wakeAll();
    }
  }

  boolean isExclusive() {
    return exclusive;
  }

  void setExclusive(boolean newExclusive) {
    exclusive = newExclusive;
  }

  LineDiscipline discipline() {
    return discipline;
  }

  /// Woken when there may be something to read.
  WaitQueue readable() {
    return readable;
  }

  /// Woken when something was read, so that there is room for more.
  WaitQueue inputTaken() {
    return inputTaken;
  }

  void inputChanged() {
    readable.wakeAll();
    inputTaken.wakeAll();
  }

  // Job control.

  JobControl jobs() {
    return jobs;
  }

  JobControl.@Nullable Session session() {
    return session;
  }

  /// The number of the foreground process group in the caller's eyes, or -1.
  public int foregroundFor(Caller caller) {
    return foreground == null ? -1 : foreground.idFor(caller);
  }

  JobControl.@Nullable Group foreground() {
    return foreground;
  }

  void setForeground(JobControl.Group group) {
    foreground = group;
  }

  void signalForeground(int signal) {
    if (foreground != null) {
      foreground.signal(signal);
    }
  }

  /// Makes it the controlling terminal of a session without one.
  public void control(JobControl.Session newSession, JobControl.Group newForeground) {
    session = newSession;
    foreground = newForeground;
    newSession.setTerminal(this);
  }

  /// TIOCSCTTY.
  ///
  /// @param force whether a superuser takes it from another session
  void acquire(Caller caller, boolean force) throws Errno {
    JobControl.Session own = jobs.session(caller);
    if (jobs.leadsSession(caller) && own.equals(session)) {
      return;
    }
    if (!jobs.leadsSession(caller) || jobs.terminal(caller) != null) {
      throw Errno.EPERM;
    }
    if (session != null) {
      if (!force || !caller.credentials().has(Capability.SYS_ADMIN)) {
        throw Errno.EPERM;
      }
      session.setTerminal(null);
    }
    control(own, jobs.group(caller));
  }

  /// The session that it controls gives it up: its leader exits, or asks for that (TIOCNOTTY).
  public void leaveSession(boolean exiting) {
    if (exiting && !pseudo) {
      hangUp();
      return;
    }
    JobControl.Group group = foreground;
    JobControl.Session left = session;
    session = null;
    foreground = null;
    if (group != null) {
      group.signal(Signal.SIGHUP);
      if (!exiting) {
        group.signal(Signal.SIGCONT);
      }
    }
    if (left != null) {
      left.setTerminal(null);
    }
  }

  /// Nobody is at the terminal any more: whoever has it open reads its end.
  public void hangUp() {
    hangUps++;
    JobControl.Session left = session;
    JobControl.Group group = foreground;
    session = null;
    foreground = null;
    if (left != null) {
      left.signalLeader(Signal.SIGHUP);
      left.signalLeader(Signal.SIGCONT);
      left.setTerminal(null);
    }
    if (group != null) {
      group.signal(Signal.SIGHUP);
    }
    stopped = false;
    output.drained().wakeAll();
    inputChanged();
  }

  /// How often it was hung up: a file that was opened before is of no use any more.
  int hangUps() {
    return hangUps;
  }

  void setOtherSideClosed(boolean closed) {
    otherSideClosed = closed;
    inputChanged();
    output.drained().wakeAll();
  }

  boolean isOtherSideClosed() {
    return otherSideClosed;
  }

  /// Sends a process in the background away that does what only the foreground may do.
  ///
  /// @throws Errno ERESTARTSYS for the time when it is in the foreground, EIO if nobody could put
  ///   it there
  void requireForeground(Caller caller, int signal) throws Errno {
    JobControl.Group own = jobs.group(caller);
    if (jobs.terminal(caller) != this || foreground == null || foreground.equals(own)) {
      return;
    }
    if (jobs.ignores(caller, signal)) {
      if (signal == Signal.SIGTTIN) {
        throw Errno.EIO;
      }
      return;
    }
    if (own.isOrphaned()) {
      throw Errno.EIO;
    }
    own.signal(signal);
    throw Errno.ERESTARTSYS;
  }

  // Reading and writing.

  /// Whether a read would find something.
  ///
  /// @param polling whether VMIN counts too
  boolean hasInput(boolean polling) {
    InputBuffer input = discipline.input();
    if (modes.local(Termios.ICANON)) {
      return input.hasLine();
    }
    int least = polling && modes.cc(Termios.VTIME) == 0 ? modes.cc(Termios.VMIN) : 1;
    return input.size() >= Math.max(1, least);
  }

  /// What FIONREAD tells.
  int inputSize() {
    InputBuffer input = discipline.input();
    return modes.local(Termios.ICANON) ? input.lineBytes() : input.size();
  }

  long read(Caller caller, TerminalFile file, IoBuffer buffer) throws Errno {
    requireForeground(caller, Signal.SIGTTIN);
    long done = 0;
    int least = 1;
    long timeout = KernelClock.NEVER;
    long betweenBytes = KernelClock.NEVER;
    if (!modes.local(Termios.ICANON)) {
      long time = modes.cc(Termios.VTIME) * DECISECOND_NANOS;
      least = modes.cc(Termios.VMIN);
      if (least > 0) {
        betweenBytes = time > 0 ? time : KernelClock.NEVER;
      } else {
        timeout = time;
        least = 1;
      }
    }
    while (buffer.remaining() > 0) {
      if (!hasInput(false)) {
        if (file.isHungUp()) {
          break;
        }
        if (otherSideClosed) {
          if (done > 0) {
            break;
          }
          throw Errno.EIO;
        }
        if (timeout == 0) {
          break;
        }
        if (file.isNonblocking()) {
          if (done > 0) {
            break;
          }
          throw Errno.EAGAIN;
        }
        if (!awaitInput(caller, file, timeout, done > 0)) {
          break;
        }
        continue;
      }
      if (modes.local(Termios.ICANON)) {
        done += discipline.input().readLine(buffer);
        inputTaken.wakeAll();
        break;
      }
      done += discipline.input().read(buffer);
      inputTaken.wakeAll();
      if (done >= least) {
        break;
      }
      timeout = betweenBytes;
    }
    return done;
  }

  /// @return false if what has been read is all there will be
  private boolean awaitInput(Caller caller, TerminalFile file, long timeout, boolean some)
      throws Errno {
    Sleeper sleeper = caller.sleeper();
    long deadline =
        timeout == KernelClock.NEVER
            ? KernelClock.NEVER
            : sleeper.clock().monotonicNanos() + timeout;
    try {
      return sleeper.await(
          Sleeper.Mode.INTERRUPTIBLE,
          deadline,
          () -> hasInput(false) || file.isHungUp() || otherSideClosed,
          List.of(readable));
    } catch (Errno e) {
      if (some) {
        return false;
      }
      throw e;
    }
  }

  /// Whether a write would get on.
  boolean hasRoom() {
    return !stopped && output.room() >= OutputProcessor.MAX_EXPANSION;
  }

  long write(Caller caller, TerminalFile file, IoBuffer buffer) throws Errno {
    if (modes.local(Termios.TOSTOP)) {
      requireForeground(caller, Signal.SIGTTOU);
    }
    long done = 0;
    byte[] chunk = new byte[(int) Math.min(buffer.remaining(), 2048)];
    try {
      while (buffer.remaining() > 0) {
        if (file.isHungUp() || otherSideClosed) {
          throw Errno.EIO;
        }
        if (!hasRoom()) {
          if (file.isNonblocking()) {
            throw Errno.EAGAIN;
          }
          caller
              .sleeper()
              .await(output.drained(), () -> hasRoom() || file.isHungUp() || otherSideClosed);
          continue;
        }
        int most = output.room() / OutputProcessor.MAX_EXPANSION;
        int length = (int) Math.min(Math.min(chunk.length, most), buffer.remaining());
        int got = buffer.get(chunk, 0, length);
        discipline.output().process(modes, chunk, got);
        discipline.output().flush(output);
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
}
