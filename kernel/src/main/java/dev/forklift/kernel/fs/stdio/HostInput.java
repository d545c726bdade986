package dev.forklift.kernel.fs.stdio;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.WaitQueue;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// A stream of the host that the guest reads from, like the reading end of a pipe.
///
/// The host is read only when the guest asks, so that what the guest does not want stays there for
/// whoever comes next.
public final class HostInput {
  private static final int CHUNK = 64 * 1024;

  private final KernelLock lock;
  private final InputStream stream;
  private final PumpSleeper pump;
  private final WaitQueue changed = new WaitQueue();
  private final VfsPath path;
  private final byte[] pending = new byte[CHUNK];
  private int start;
  private int end;
  private int wanted;
  private boolean started;
  private boolean ended;

  /// @param pipes the file system that it shows on
  public HostInput(
      KernelLock lock, KernelClock clock, NamelessFileSystem pipes, InputStream stream) {
    this.lock = lock;
    this.stream = stream;
    this.pump = new PumpSleeper(lock, clock);
    long ino = pipes.newFileNumber();
    this.path = pipes.nameless(new StreamInode(pipes, ino), "pipe:[" + ino + "]");
  }

  /// Opens it for the guest.
  public OpenFile open() {
    try {
      return new StreamFile(path, OpenFlags.O_RDONLY);
    } catch (Errno e) {
      throw new IllegalStateException(e);
    }
  }

  /// Nobody reads any more.
  public void end() {
    ended = true;
    pump.wake();
  }

  private boolean isReady() {
    return ended || start < end;
  }

  /// Asks the host for input unless there is some.
  private void request(int length) {
    if (isReady() || wanted > 0) {
      return;
    }
    wanted = Math.min(length, CHUNK);
    if (!started) {
      started = true;
      Thread.ofPlatform().daemon().name("forklift-input").start(this::run);
    }
    pump.wake();
  }

  private void run() {
    byte[] chunk = new byte[CHUNK];
    while (true) {
      int length = awaitRequest();
      if (length == 0) {
        return;
      }
      int got;
      try {
        got = stream.read(chunk, 0, length);
      } catch (IOException e) {
        got = -1;
      }
      lock.acquire();
      try {
        wanted = 0;
        if (got < 0) {
          ended = true;
        } else {
          System.arraycopy(chunk, 0, pending, 0, got);
          start = 0;
          end = got;
        }
        changed.wakeAll();
        if (ended) {
          return;
        }
      } finally {
        lock.release();
      }
    }
  }

  /// @return 0 at the end
  private int awaitRequest() {
    lock.acquire();
    try {
      while (wanted == 0 && !ended) {
        pump.sleep(KernelClock.NEVER);
      }
      return wanted;
    } finally {
      lock.release();
    }
  }

  private final class StreamInode extends Inode {
    StreamInode(NamelessFileSystem pipes, long ino) {
      super(pipes, ino, new NewInode(FileMode.S_IFIFO | 0600, 0, 0, 0));
    }

    @Override
    public OpenFile open(Caller caller, VfsPath place, int flags) throws Errno {
      return new StreamFile(place, flags);
    }
  }

  private final class StreamFile extends OpenFile {
    StreamFile(VfsPath path, int flags) throws Errno {
      super(path, flags);
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
      while (!isReady()) {
        request((int) Math.min(buffer.remaining(), CHUNK));
        if (isNonblocking()) {
          throw Errno.EAGAIN;
        }
        caller.sleeper().await(changed, () -> isReady() || wanted == 0);
      }
      if (start == end) {
        return 0;
      }
      int count = buffer.put(pending, start, (int) Math.min(end - start, buffer.remaining()));
      start += count;
      return count;
    }

    @Override
    public int poll() {
      // Asking whether there is input is asking for input: a host stream cannot be peeked at.
      request(CHUNK);
      if (start < end) {
        return PollEvents.READABLE;
      }
      return ended ? PollEvents.POLLHUP : 0;
    }

    @Override
    public List<WaitQueue> pollQueues(int events) {
      return List.of(changed);
    }

    @Override
    public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
      if (request == Ioctls.FIONREAD) {
        memory.writeInt(argument, end - start);
        return 0;
      }
      return super.ioctl(caller, request, argument, memory);
    }
  }
}
