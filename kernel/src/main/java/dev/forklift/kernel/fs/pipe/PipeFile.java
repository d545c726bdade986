package dev.forklift.kernel.fs.pipe;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Ioctls;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.UserAccess;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayList;
import java.util.List;

/// An end of a pipe, or both.
final class PipeFile extends OpenFile {
  private final Pipe pipe;
  private final Runnable onUnused;
  private final long writersBefore;

  /// @param onUnused called when the pipe has neither readers nor writers any more
  PipeFile(VfsPath path, int flags, Pipe pipe, Runnable onUnused) throws Errno {
    super(path, flags);
    this.pipe = pipe;
    this.onUnused = onUnused;
    this.writersBefore = pipe.hasWriters() ? -1 : pipe.writerArrivals();
    if (reads()) {
      pipe.addReader();
    }
    if (writes()) {
      pipe.addWriter();
    }
  }

  Pipe pipe() {
    return pipe;
  }

  @Override
  protected void onClose() {
    if (reads()) {
      pipe.removeReader();
    }
    if (writes()) {
      pipe.removeWriter();
    }
    if (pipe.isUnused()) {
      onUnused.run();
    }
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  @Override
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    long count = pipe.read(caller, buffer, isNonblocking());
    if (count > 0) {
      inode().touchAccessed();
    }
    return count;
  }

  @Override
  protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    long count = pipe.write(caller, buffer, isNonblocking(), has(OpenFlags.O_DIRECT));
    if (count > 0) {
      inode().touchModified();
    }
    return count;
  }

  @Override
  public int poll() {
    int events = 0;
    if (reads()) {
      if (!pipe.isEmpty()) {
        events |= PollEvents.READABLE;
      }
      // A reader who came before the first writer is not told that there is none.
      if (!pipe.hasWriters() && pipe.writerArrivals() != writersBefore) {
        events |= PollEvents.POLLHUP;
      }
    }
    if (writes()) {
      if (pipe.hasRoom()) {
        events |= PollEvents.WRITABLE;
      }
      if (!pipe.hasReaders()) {
        events |= PollEvents.POLLERR;
      }
    }
    return events;
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    List<WaitQueue> queues = new ArrayList<>(2);
    if (reads()) {
      queues.add(pipe.readable());
    }
    if (writes()) {
      queues.add(pipe.writable());
    }
    return queues;
  }

  @Override
  public long ioctl(Caller caller, int request, long argument, UserAccess memory) throws Errno {
    if (request == Ioctls.FIONREAD) {
      memory.writeInt(argument, pipe.available());
      return 0;
    }
    return super.ioctl(caller, request, argument, memory);
  }

  @Override
  public int pipeSize() {
    return pipe.capacity();
  }

  @Override
  public int setPipeSize(Caller caller, int size) throws Errno {
    return pipe.setCapacity(caller, size);
  }
}
