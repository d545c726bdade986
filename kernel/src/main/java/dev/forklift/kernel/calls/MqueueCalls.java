package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FD;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.MODE;
import static dev.forklift.kernel.calls.Args.PATH;
import static dev.forklift.kernel.calls.Args.SIZE;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.TimeLayout;
import dev.forklift.kernel.fs.socket.NetlinkSocket;
import dev.forklift.kernel.mqueue.MqueueFile;
import dev.forklift.kernel.mqueue.Notification;
import dev.forklift.kernel.mqueue.QueueAttributes;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Signals;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.time.SigEvent;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.wait.Deadline;

/// mq_open(2), mq_unlink(2), mq_timedsend(2), mq_timedreceive(2), mq_notify(2), mq_getsetattr(2).
final class MqueueCalls {
  private static final long PRIORITIES = 32768;
  private static final int COOKIE_BYTES = 32;
  private static final int NOTIFY_WOKENUP = 1;
  private static final int NOTIFY_REMOVED = 2;

  /// Words of `struct mq_attr`.
  private static final int ATTRIBUTE_WORDS = 8;

  private static final int RESERVED_WORDS = 4;

  private final FileServices services;

  MqueueCalls(FileServices services) {
    this.services = services;
  }

  void rows(SyscallTable table) {
    table
        .sys(180, "mq_open", PATH, FLAGS, MODE, ADDR, this::open)
        .sys(181, "mq_unlink", PATH, this::unlink)
        .sys(
            182,
            "mq_timedsend",
            FD,
            ADDR,
            SIZE,
            SIZE,
            ADDR,
            (t, fd, text, length, priority, time) ->
                send(t, fd, text, length, priority, old(t, time)))
        .sys(
            183,
            "mq_timedreceive",
            FD,
            ADDR,
            SIZE,
            ADDR,
            ADDR,
            (t, fd, text, length, priority, time) ->
                receive(t, fd, text, length, priority, old(t, time)))
        .sys(184, "mq_notify", FD, ADDR, MqueueCalls::notifyOf)
        .sys(185, "mq_getsetattr", FD, ADDR, ADDR, MqueueCalls::attributes);
  }

  static void time64Rows(SyscallTable table) {
    table
        .sys(
            418,
            "mq_timedsend_time64",
            FD,
            ADDR,
            SIZE,
            SIZE,
            ADDR,
            (t, fd, text, length, priority, time) ->
                send(t, fd, text, length, priority, time64(t, time)))
        .sys(
            419,
            "mq_timedreceive_time64",
            FD,
            ADDR,
            SIZE,
            ADDR,
            ADDR,
            (t, fd, text, length, priority, time) ->
                receive(t, fd, text, length, priority, time64(t, time)));
  }

  private static Deadline old(Task task, long address) throws Errno {
    return deadline(task, TimeLayout.old(IpcStructs.model(task)), address);
  }

  private static Deadline time64(Task task, long address) throws Errno {
    return deadline(task, TimeLayout.time64(IpcStructs.model(task)), address);
  }

  private static Deadline deadline(Task task, TimeLayout layout, long address) throws Errno {
    return address == 0
        ? Deadline.NEVER
        : Deadline.realtime(Times.read(task, layout, address).toValidNanos());
  }

  private long open(Task task, long name, int flags, int mode, long attributes) throws Errno {
    QueueAttributes asked = null;
    if (attributes != 0) {
      StructReader in = attributeReader(task, attributes);
      var _ = in.signedWord();
      asked = new QueueAttributes(in.signedWord(), in.signedWord());
    }
    String text = Paths.read(task, name);
    if (text.isEmpty()) {
      throw Errno.ENOENT;
    }
    OpenFile file = TaskQueues.of(task, services.systems()).open(task, text, flags, mode, asked);
    return Paths.install(task, file, true);
  }

  private static StructReader attributeReader(Task task, long address) throws Errno {
    int length = ATTRIBUTE_WORDS * IpcStructs.model(task).wordBytes();
    return new StructReader(IpcStructs.model(task), Times.bytes(task, address, length));
  }

  private long unlink(Task task, long name) throws Errno {
    String text = Paths.read(task, name);
    if (text.isEmpty()) {
      throw Errno.ENOENT;
    }
    TaskQueues.of(task, services.systems()).unlink(task, text);
    return 0;
  }

  private static MqueueFile queue(Task task, int fd) throws Errno {
    if (!(task.files().get(fd) instanceof MqueueFile file)) {
      throw Errno.EBADF;
    }
    return file;
  }

  private static long send(
      Task task, int fd, long address, long length, long priority, Deadline deadline) throws Errno {
    if (priority >= PRIORITIES) {
      throw Errno.EINVAL;
    }
    MqueueFile queue = queue(task, fd);
    if (!queue.writes()) {
      throw Errno.EBADF;
    }
    if (Long.compareUnsigned(length, queue.attributes().messageBytes()) > 0) {
      throw Errno.EMSGSIZE;
    }
    byte[] text = Times.bytes(task, address, (int) length);
    queue.send(task, text, (int) priority, deadline);
    return 0;
  }

  private static long receive(
      Task task, int fd, long address, long length, long priority, Deadline deadline) throws Errno {
    MqueueFile queue = queue(task, fd);
    if (!queue.reads()) {
      throw Errno.EBADF;
    }
    if (Long.compareUnsigned(length, queue.attributes().messageBytes()) < 0) {
      throw Errno.EMSGSIZE;
    }
    MqueueFile.Received message = queue.receive(task, deadline);
    if (priority != 0) {
      task.memory().user().putInt(priority, message.priority());
    }
    task.memory().user().write(address, message.text());
    return message.text().length;
  }

  private static long notifyOf(Task task, int fd, long address) throws Errno {
    Pid process = task.group().pid();
    if (address == 0) {
      queue(task, fd).forgetNotification(process);
      return 0;
    }
    SigEvent event =
        SigEvent.fromBytes(IpcStructs.model(task), Times.bytes(task, address, SigEvent.SIZE));
    Notification wanted =
        switch (event.kind()) {
          case SigEvent.SIGEV_NONE ->
              new Notification(process, event.kind(), 0, () -> {}, () -> {});
          case SigEvent.SIGEV_SIGNAL -> bySignal(task, process, event);
          case SigEvent.SIGEV_THREAD -> bySocket(task, process, event);
          default -> throw Errno.EINVAL;
        };
    queue(task, fd).notifyOf(wanted);
    return 0;
  }

  private static Notification bySignal(Task task, Pid process, SigEvent event) throws Errno {
    if (event.signal() < 0 || event.signal() > Signal.SIGRTMAX) {
      throw Errno.EINVAL;
    }
    Runnable told =
        event.signal() == 0 ? () -> {} : () -> tell(task.kernel().current(), process, event);
    return new Notification(process, event.kind(), event.signal(), told, () -> {});
  }

  /// The C library has a thread that reads from a netlink socket: it gets the cookie it gave, the
  /// last byte of which says what happened.
  private static Notification bySocket(Task task, Pid process, SigEvent event) throws Errno {
    byte[] cookie = Times.bytes(task, event.value(), COOKIE_BYTES);
    if (!(SocketCalls.file(task, event.signal()) instanceof NetlinkSocket socket)) {
      throw Errno.EINVAL;
    }
    socket.awaitRoom(task);
    return new Notification(
        process,
        event.kind(),
        0,
        () -> socket.deliver(marked(cookie, NOTIFY_WOKENUP)),
        () -> socket.deliver(marked(cookie, NOTIFY_REMOVED)));
  }

  private static byte[] marked(byte[] cookie, int code) {
    byte[] marked = cookie.clone();
    marked[COOKIE_BYTES - 1] = (byte) code;
    return marked;
  }

  /// A message has come: the process that asked gets its signal, if it is still there.
  private static void tell(Task sender, Pid process, SigEvent event) {
    Task leader = process.task();
    if (leader != null) {
      Signals.sendToGroup(
          leader.group(),
          new SigInfo(
              event.signal(),
              0,
              SigInfo.SI_MESGQ,
              new SigInfo.Sender(
                  sender.group().pid().in(leader.pidNamespace()),
                  sender.credentials().uid(),
                  event.value())));
    }
  }

  private static long attributes(Task task, int fd, long wanted, long old) throws Errno {
    long flags = wanted == 0 ? 0 : attributeReader(task, wanted).word();
    if ((flags & ~OpenFlags.O_NONBLOCK) != 0) {
      throw Errno.EINVAL;
    }
    MqueueFile queue = queue(task, fd);
    QueueAttributes attributes = queue.attributes();
    byte[] before =
        IpcStructs.writer(task)
            .word(queue.isNonblocking() ? OpenFlags.O_NONBLOCK : 0)
            .word(attributes.messages())
            .word(attributes.messageBytes())
            .word(queue.count())
            .skip(RESERVED_WORDS * IpcStructs.model(task).wordBytes())
            .toBytes();
    if (wanted != 0) {
      queue.setFlags((queue.flags() & ~OpenFlags.O_NONBLOCK) | (int) flags);
    }
    if (old != 0) {
      task.memory().user().write(old, before);
    }
    return 0;
  }
}
