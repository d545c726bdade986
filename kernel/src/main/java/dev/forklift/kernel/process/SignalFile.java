package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.signal.SignalFileRecord;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Signals that are read (signalfd(2)): those that are pending for whoever reads.
public final class SignalFile extends OpenFile {
  private final Kernel kernel;
  private long mask;

  private SignalFile(VfsPath path, int flags, Kernel kernel, long mask) throws Errno {
    super(path, OpenFlags.O_RDWR | (flags & OpenFlags.O_NONBLOCK));
    this.kernel = kernel;
    this.mask = mask;
  }

  /// Opens one.
  ///
  /// @param path where such files are
  /// @param flags O_NONBLOCK counts
  public static SignalFile open(VfsPath path, int flags, Kernel kernel, long mask) throws Errno {
    return new SignalFile(path, flags, kernel, mask);
  }

  /// Sets which signals are read, as bits.
  public void setMask(long mask) {
    this.mask = mask;
    kernel.current().group().signalQueue().wakeAll();
  }

  @Override
  protected boolean isSeekable() {
    return false;
  }

  @Override
  protected long seekWithoutPosition() {
    return 0;
  }

  @Override
  protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
    if (buffer.remaining() < SignalFileRecord.BYTES) {
      throw Errno.EINVAL;
    }
    Task task = kernel.current();
    long total = 0;
    while (buffer.remaining() >= SignalFileRecord.BYTES) {
      SigInfo info = Signals.take(task, mask);
      if (info == null && total == 0) {
        info = await(task);
      }
      if (info == null) {
        break;
      }
      byte[] bytes = SignalFileRecord.of(info, kernel.abi().dataModel());
      if (buffer.put(bytes, 0, bytes.length) < bytes.length) {
        if (total == 0) {
          throw Errno.EFAULT;
        }
        break;
      }
      total += bytes.length;
    }
    return total;
  }

  private SigInfo await(Task task) throws Errno {
    if (isNonblocking()) {
      throw Errno.EAGAIN;
    }
    @Nullable SigInfo[] taken = new @Nullable SigInfo[1];
    task.await(task.group().signalQueue(), () -> (taken[0] = Signals.take(task, mask)) != null);
    SigInfo info = taken[0];
    if (info == null) {
      throw new IllegalStateException("awaited a signal that did not come");
    }
    return info;
  }

  @Override
  public int poll() {
    Task task = kernel.current();
    long pending = task.pending().set() | task.group().pending().set();
    return (pending & mask) != 0 ? PollEvents.POLLIN : 0;
  }

  @Override
  public List<WaitQueue> pollQueues(int events) {
    return List.of(kernel.current().group().signalQueue());
  }

  @Override
  public String fdInfo() {
    return "sigmask:\t%016x\n".formatted(mask);
  }
}
