package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.fs.anon.EpollFile;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.wait.Deadline;
import dev.forklift.kernel.wait.KernelClock;
import dev.forklift.kernel.wait.Sleeper;
import java.util.List;

/// Waiting for files: poll, select and epoll.
final class PollCalls {
  private static final int SIGSET_BYTES = 8;
  private static final int POLLFD_BYTES = 8;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;
  private static final long MILLISECOND = 1_000_000;

  private PollCalls() {}

  static void rows(SyscallTable table, boolean is64Bit) {
    table
        .sys(21, "epoll_ctl", FD, INT, FD, ADDR, PollCalls::epollCtl)
        .sys(22, "epoll_pwait", FD, ADDR, INT, INT, ADDR, SIZE, PollCalls::epollPwait)
        .sys(
            72,
            "pselect6",
            INT,
            ADDR,
            ADDR,
            ADDR,
            ADDR,
            ADDR,
            (t, n, in, out, ex, timeout, mask) ->
                pselect(t, n, in, out, ex, Timeout.old(t, timeout), mask))
        .sys(
            73,
            "ppoll",
            ADDR,
            INT,
            ADDR,
            ADDR,
            SIZE,
            (t, fds, n, timeout, mask, size) ->
                ppoll(t, fds, n, Timeout.old(t, timeout), mask, size))
        .sys(441, "epoll_pwait2", FD, ADDR, INT, ADDR, ADDR, SIZE, PollCalls::epollPwait2);
    if (!is64Bit) {
      table
          .sys(
              413,
              "pselect6_time64",
              INT,
              ADDR,
              ADDR,
              ADDR,
              ADDR,
              ADDR,
              (t, n, in, out, ex, timeout, mask) ->
                  pselect(t, n, in, out, ex, Timeout.time64(t, timeout), mask))
          .sys(
              414,
              "ppoll_time64",
              ADDR,
              INT,
              ADDR,
              ADDR,
              SIZE,
              (t, fds, n, timeout, mask, size) ->
                  ppoll(t, fds, n, Timeout.time64(t, timeout), mask, size));
    }
  }

  /// A wait for files.
  @FunctionalInterface
  private interface Wait {
    long run() throws Errno;
  }

  /// Blocks other signals while a call waits. Only a signal that ended the wait is acted upon
  /// before the old mask is back.
  private static long masked(Task task, long mask, long size, Wait wait) throws Errno {
    if (mask == 0) {
      return wait.run();
    }
    if (size != SIGSET_BYTES) {
      throw Errno.EINVAL;
    }
    task.setBlockedForCall(task.memory().user().getLong(mask));
    boolean interrupted = false;
    try {
      return wait.run();
    } catch (Errno e) {
      interrupted = e.isRestart() || e == Errno.EINTR;
      throw e;
    } finally {
      Long saved = interrupted ? null : task.takeSavedBlocked();
      if (saved != null) {
        task.setBlocked(saved);
      }
    }
  }

  // poll.

  private static long ppoll(Task task, long fds, int count, Timeout timeout, long mask, long size)
      throws Errno {
    return masked(task, mask, size, () -> poll(task, fds, count, timeout));
  }

  private static long poll(Task task, long fds, int count, Timeout timeout) throws Errno {
    if (Integer.toUnsignedLong(count) > Paths.descriptorLimit(task)) {
      throw Errno.EINVAL;
    }
    UserMemory user = task.memory().user();
    byte[] bytes = new byte[count * POLLFD_BYTES];
    user.read(fds, bytes);
    StructReader in = new StructReader(user.model(), bytes);
    try (FileWait wait = new FileWait(task, count)) {
      for (int i = 0; i < count; i++) {
        int fd = in.s32();
        int events = in.u16();
        in.skip(2);
        wait.add(fd, events | PollEvents.POLLERR | PollEvents.POLLHUP);
      }
      int ready;
      try {
        ready = wait.await(timeout.deadline());
      } finally {
        timeout.writeBack();
      }
      for (int i = 0; i < count; i++) {
        long address = fds + (long) i * POLLFD_BYTES + 6;
        user.putShort(address, wait.events(i));
      }
      return ready;
    }
  }

  // select.

  private static final int SELECT_IN =
      PollEvents.READABLE | PollEvents.POLLRDBAND | PollEvents.POLLHUP | PollEvents.POLLERR;
  private static final int SELECT_OUT =
      PollEvents.WRITABLE | PollEvents.POLLWRBAND | PollEvents.POLLERR;
  private static final int SELECT_EXCEPT = PollEvents.POLLPRI;

  private static long pselect(
      Task task, int number, long in, long out, long except, Timeout timeout, long mask)
      throws Errno {
    Wait wait = () -> select(task, number, in, out, except, timeout);
    if (mask == 0) {
      return wait.run();
    }
    UserMemory user = task.memory().user();
    long size = user.getWord(mask + user.model().wordBytes());
    return masked(task, user.getWord(mask), size, wait);
  }

  private static long select(Task task, int number, long in, long out, long except, Timeout timeout)
      throws Errno {
    UserMemory user = task.memory().user();
    if (number < 0) {
      throw Errno.EINVAL;
    }
    int count = Math.min(number, task.files().capacity());
    DescriptorSet reads = DescriptorSet.read(user, in, count);
    DescriptorSet writes = DescriptorSet.read(user, out, count);
    DescriptorSet excepts = DescriptorSet.read(user, except, count);
    try (FileWait wait = new FileWait(task, 0)) {
      for (int fd = 0; fd < count; fd++) {
        int events =
            (reads.has(fd) ? SELECT_IN : 0)
                | (writes.has(fd) ? SELECT_OUT : 0)
                | (excepts.has(fd) ? SELECT_EXCEPT : 0);
        if (events != 0) {
          if (task.files().getOrNull(fd) == null) {
            throw Errno.EBADF;
          }
          wait.add(fd, events);
        }
      }
      try {
        var _ = wait.await(timeout.deadline());
      } finally {
        timeout.writeBack();
      }
      int found = 0;
      DescriptorSet readable = new DescriptorSet(count);
      DescriptorSet writable = new DescriptorSet(count);
      DescriptorSet exceptional = new DescriptorSet(count);
      for (int i = 0; i < wait.size(); i++) {
        int fd = wait.descriptor(i);
        int events = wait.events(i);
        found += readable.addIf(fd, reads.has(fd) && (events & SELECT_IN) != 0);
        found += writable.addIf(fd, writes.has(fd) && (events & SELECT_OUT) != 0);
        found += exceptional.addIf(fd, excepts.has(fd) && (events & SELECT_EXCEPT) != 0);
      }
      readable.write(user, in);
      writable.write(user, out);
      exceptional.write(user, except);
      return found;
    }
  }

  // epoll.

  private static EpollFile epoll(OpenFile file) throws Errno {
    if (file instanceof EpollFile epoll) {
      return epoll;
    }
    throw Errno.EINVAL;
  }

  private static long epollCtl(Task task, int epfd, int operation, int fd, long address)
      throws Errno {
    int events = 0;
    long data = 0;
    if (operation != EPOLL_CTL_DEL) {
      StructReader in = task.memory().user().structure(address, eventBytes(task));
      events = in.s32();
      data = in.u64();
    }
    OpenFile set = task.files().get(epfd);
    OpenFile file = task.files().get(fd);
    if (set != file && file.pollQueues(-1).isEmpty()) {
      throw Errno.EPERM;
    }
    EpollFile epoll = epoll(set);
    switch (operation) {
      case EPOLL_CTL_ADD -> epoll.add(file, fd, events, data);
      case EPOLL_CTL_DEL -> epoll.remove(file, fd);
      case EPOLL_CTL_MOD -> epoll.modify(file, fd, events, data);
      default -> throw Errno.EINVAL;
    }
    return 0;
  }

  private static int eventBytes(Task task) {
    return event(task, 0, 0).size();
  }

  private static StructWriter event(Task task, int events, long data) {
    StructWriter out = new StructWriter(task.kernel().abi().dataModel());
    return out.u32(events).u64(data);
  }

  private static long epollPwait(
      Task task, int epfd, long events, int limit, int timeout, long mask, long size) throws Errno {
    long deadline =
        timeout < 0
            ? KernelClock.NEVER
            : Deadline.after(task.clock(), timeout * MILLISECOND).nanos();
    return epollWait(task, epfd, events, limit, deadline, mask, size);
  }

  private static long epollPwait2(
      Task task, int epfd, long events, int limit, long timeout, long mask, long size)
      throws Errno {
    Timeout read = Timeout.time64(task, timeout);
    return epollWait(task, epfd, events, limit, read.deadline(), mask, size);
  }

  private static long epollWait(
      Task task, int epfd, long address, int limit, long deadline, long mask, long size)
      throws Errno {
    return masked(task, mask, size, () -> epollWait(task, epfd, address, limit, deadline));
  }

  private static long epollWait(Task task, int epfd, long address, int limit, long deadline)
      throws Errno {
    int bytes = eventBytes(task);
    if (limit <= 0 || limit > Integer.MAX_VALUE / bytes) {
      throw Errno.EINVAL;
    }
    UserMemory user = task.memory().user();
    user.checkRange(address, (long) limit * bytes);
    EpollFile epoll = epoll(task.files().get(epfd));
    return Paths.use(
        epoll,
        _ -> {
          while (true) {
            List<EpollFile.Event> events = epoll.collect(limit);
            if (!events.isEmpty()) {
              long at = address;
              for (EpollFile.Event event : events) {
                user.write(at, event(task, event.events(), event.data()));
                at += bytes;
              }
              return events.size();
            }
            if (!awaitEvents(task, epoll, deadline)) {
              return 0;
            }
          }
        });
  }

  private static boolean awaitEvents(Task task, EpollFile epoll, long deadline) throws Errno {
    try {
      return task.await(
          Sleeper.Mode.INTERRUPTIBLE, deadline, epoll::isReady, List.of(epoll.changed()));
    } catch (Errno e) {
      // epoll_wait(2) is never made again after a handler (signal(7)).
      throw e == Errno.ERESTARTSYS ? Errno.EINTR : e;
    }
  }
}
