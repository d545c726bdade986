package dev.forklift.kernel.fs.stdio;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.KernelLock;
import dev.forklift.kernel.wait.Sleeper;
import dev.forklift.kernel.wait.WaitQueue;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/// A stream of the host that the guest writes to, like the writing end of a pipe.
///
/// What is written to one stream after another appears in that order, as long as the host does not
/// block: standard output and standard error are often the same place.
public final class HostOutput {
  private static final int CAPACITY = 64 * 1024;
  private static final long ORDER_NANOS = 200_000_000;

  private final KernelLock lock;
  private final OutputStream stream;
  private final PumpSleeper pump;
  private final WaitQueue changed = new WaitQueue();
  private final List<HostOutput> others = new ArrayList<>(1);
  private final Inode inode;
  private final VfsPath path;
  private final byte[] pending = new byte[CAPACITY];
  private int count;
  private boolean writing;
  private boolean started;
  private boolean broken;
  private boolean ended;

  /// @param pipes the file system that it shows on
  public HostOutput(
      KernelLock lock, KernelClock clock, NamelessFileSystem pipes, OutputStream stream) {
    this.lock = lock;
    this.stream = stream;
    this.pump = new PumpSleeper(lock, clock);
    long ino = pipes.newFileNumber();
    this.inode = new StreamInode(pipes, ino);
    this.path = pipes.nameless(inode, "pipe:[" + ino + "]");
  }

  /// Keeps the order of what is written to this stream and to another.
  public void orderWith(HostOutput other) {
    others.add(other);
    other.others.add(this);
  }

  /// Opens it for the guest.
  public OpenFile open() {
    try {
      return new StreamFile(path, OpenFlags.O_WRONLY);
    } catch (Errno e) {
      throw new IllegalStateException(e);
    }
  }

  /// Waits until all that was written has reached the host, and ends. Without the kernel lock.
  public void end() {
    drain();
    lock.acquire();
    try {
      ended = true;
      pump.wake();
    } finally {
      lock.release();
    }
  }

  /// Waits until all that was written has reached the host. Without the kernel lock.
  public void drain() {
    lock.acquire();
    try {
      new PumpSleeper(lock, pump.clock()).awaitUninterrupted(changed, this::isIdle);
    } finally {
      lock.release();
    }
  }

  /// How many bytes [#put] takes.
  public int room() {
    return CAPACITY - count;
  }

  /// Takes bytes, not more than there is room for.
  public void put(byte[] bytes, int offset, int length) {
    if (!broken) {
      start();
      System.arraycopy(bytes, offset, pending, count, length);
      count += length;
      pump.wake();
    }
  }

  /// Bytes that the host has not been given yet.
  public int pending() {
    return count;
  }

  /// Throws away what the host has not been given yet.
  public void discard() {
    count = 0;
    changed.wakeAll();
  }

  /// Woken when there is more room.
  public WaitQueue changed() {
    return changed;
  }

  private boolean isIdle() {
    return broken || (count == 0 && !writing);
  }

  private void start() {
    if (!started) {
      started = true;
      Thread.ofPlatform().daemon().name("forklift-output").start(this::run);
    }
  }

  private void run() {
    byte[] chunk = new byte[CAPACITY];
    while (true) {
      int length = next(chunk);
      if (length == 0) {
        return;
      }
      boolean failed = false;
      try {
        stream.write(chunk, 0, length);
        stream.flush();
      } catch (IOException e) {
        failed = true;
      }
      lock.acquire();
      try {
        writing = false;
        if (failed) {
          broken = true;
          count = 0;
        }
        changed.wakeAll();
        if (broken) {
          return;
        }
      } finally {
        lock.release();
      }
    }
  }

  /// @return 0 at the end
  private int next(byte[] chunk) {
    lock.acquire();
    try {
      while (count == 0 && !ended) {
        pump.sleep(KernelClock.NEVER);
      }
      int length = count;
      System.arraycopy(pending, 0, chunk, 0, length);
      count = 0;
      writing = true;
      changed.wakeAll();
      return length;
    } finally {
      lock.release();
    }
  }

  private void awaitOthers(Caller caller) throws Errno {
    for (HostOutput other : others) {
      if (!other.isIdle()) {
        Sleeper sleeper = caller.sleeper();
        var _ =
            sleeper.await(
                Sleeper.Mode.INTERRUPTIBLE,
                sleeper.clock().monotonicNanos() + ORDER_NANOS,
                other::isIdle,
                List.of(other.changed));
      }
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
    protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      start();
      long done = 0;
      while (buffer.remaining() > 0) {
        try {
          awaitOthers(caller);
          awaitRoom(caller);
          int length = (int) Math.min(buffer.remaining(), CAPACITY - count);
          int got = buffer.get(pending, count, length);
          count += got;
          done += got;
          pump.wake();
          if (got < length) {
            break;
          }
        } catch (Errno e) {
          if (done > 0) {
            break;
          }
          throw e;
        }
      }
      return done;
    }

    private void awaitRoom(Caller caller) throws Errno {
      if (count == CAPACITY && !broken) {
        if (isNonblocking()) {
          throw Errno.EAGAIN;
        }
        caller.sleeper().await(changed, () -> count < CAPACITY || broken);
      }
      if (broken) {
        caller.raise(Signal.SIGPIPE);
        throw Errno.EPIPE;
      }
    }

    @Override
    public int poll() {
      if (broken) {
        return PollEvents.WRITABLE | PollEvents.POLLERR;
      }
      return count < CAPACITY ? PollEvents.WRITABLE : 0;
    }

    @Override
    public List<WaitQueue> pollQueues(int events) {
      return List.of(changed);
    }
  }
}
