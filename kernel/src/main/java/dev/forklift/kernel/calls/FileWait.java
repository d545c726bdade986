package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.wait.Sleeper;
import dev.forklift.kernel.wait.WaitQueue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Several files that a task waits for at once. Holds them until closed.
final class FileWait implements AutoCloseable {
  private static final class Entry {
    final int fd;
    final int wanted;
    final @Nullable OpenFile file;
    int events;

    Entry(int fd, int wanted, @Nullable OpenFile file) {
      this.fd = fd;
      this.wanted = wanted;
      this.file = file;
    }
  }

  private final Task task;
  private final List<Entry> entries;

  FileWait(Task task, int expected) {
    this.task = task;
    this.entries = new ArrayList<>(expected);
  }

  /// Waits for a descriptor too. One that is negative is passed over, one that is not open is ready
  /// with POLLNVAL.
  void add(int fd, int events) {
    OpenFile file = task.files().getOrNull(fd);
    if (file != null) {
      file.retain();
    }
    entries.add(new Entry(fd, events, file));
  }

  /// Sleeps until a file is ready or the deadline has passed.
  ///
  /// @return how many are ready
  /// @throws Errno ERESTARTNOHAND if a signal came first
  int await(long deadline) throws Errno {
    if (look() == 0) {
      List<WaitQueue> queues = new ArrayList<>();
      for (Entry entry : entries) {
        if (entry.file != null) {
          queues.addAll(entry.file.pollQueues(entry.wanted));
        }
      }
      try {
        var _ = task.await(Sleeper.Mode.INTERRUPTIBLE, deadline, () -> look() > 0, queues);
      } catch (Errno e) {
        throw e == Errno.ERESTARTSYS ? Errno.ERESTARTNOHAND : e;
      }
    }
    return look();
  }

  private int look() {
    int ready = 0;
    for (Entry entry : entries) {
      if (entry.file != null) {
        entry.events = entry.file.isPathOnly() ? PollEvents.POLLNVAL : entry.file.poll();
        entry.events &= entry.wanted | PollEvents.POLLNVAL;
      } else {
        entry.events = entry.fd < 0 ? 0 : PollEvents.POLLNVAL;
      }
      ready += entry.events != 0 ? 1 : 0;
    }
    return ready;
  }

  int size() {
    return entries.size();
  }

  int descriptor(int index) {
    return entries.get(index).fd;
  }

  /// What a file was ready for.
  int events(int index) {
    return entries.get(index).events;
  }

  @Override
  public void close() {
    for (Entry entry : entries) {
      if (entry.file != null) {
        entry.file.release();
      }
    }
  }
}
