package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.FLAGS;
import static dev.forklift.kernel.calls.Args.INT;
import static dev.forklift.kernel.calls.Args.LONG;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.ipc.IpcObject;
import dev.forklift.kernel.ipc.IpcUser;
import dev.forklift.kernel.ipc.MessageQueue;
import dev.forklift.kernel.ipc.MessageQueues;
import dev.forklift.kernel.process.Task;
import java.util.Arrays;

/// msgget(2), msgsnd(2), msgrcv(2), msgctl(2).
final class MessageCalls {
  private static final int MSG_STAT = 11;
  private static final int MSG_INFO = 12;
  private static final int MSG_STAT_ANY = 13;

  private static final int MSG_EXCEPT = 020000;
  private static final int MSG_COPY = 040000;

  // What `struct msginfo` says though nothing comes of it.
  private static final int POOL_KILOBYTES = 512000;
  private static final int MAP_ENTRIES = 16384;
  private static final int SEGMENT_BYTES = 16;
  private static final int SEGMENTS = 0xffff;

  private MessageCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(186, "msgget", INT, FLAGS, MessageCalls::get)
        .sys(187, "msgctl", INT, INT, ADDR, MessageCalls::control)
        .sys(188, "msgrcv", INT, ADDR, LONG, LONG, FLAGS, MessageCalls::receive)
        .sys(189, "msgsnd", INT, ADDR, LONG, FLAGS, MessageCalls::send);
  }

  private static MessageQueues of(Task task) {
    return task.namespaces().ipc().messageQueues();
  }

  private static long get(Task task, int key, int flags) throws Errno {
    return of(task).get(IpcStructs.user(task), key, flags);
  }

  private static long send(Task task, int id, long address, long length, int flags) throws Errno {
    MessageQueues queues = of(task);
    int wordBytes = IpcStructs.model(task).wordBytes();
    long type =
        new StructReader(IpcStructs.model(task), Times.bytes(task, address, wordBytes))
            .signedWord();
    if (length < 0 || length > queues.maximumSize() || id < 0 || type < 1) {
      throw Errno.EINVAL;
    }
    byte[] text = Times.bytes(task, address + wordBytes, (int) length);
    queues.send(IpcStructs.user(task), task.kernel().budget(), id, type, text, flags);
    return 0;
  }

  private static long receive(Task task, int id, long address, long room, long type, int flags)
      throws Errno {
    if (id < 0 || room < 0) {
      throw Errno.EINVAL;
    }
    boolean waits = (flags & MessageQueues.IPC_NOWAIT) == 0;
    if ((flags & MSG_COPY) != 0 && ((flags & MSG_EXCEPT) != 0 || waits)) {
      throw Errno.EINVAL;
    }
    MessageQueues.Received message = of(task).receive(IpcStructs.user(task), id, type, room, flags);
    byte[] text = message.text();
    int length = (int) Math.min(room, text.length);
    StructWriter out = IpcStructs.writer(task).word(message.type());
    put(task, address, out);
    task.memory()
        .user()
        .write(address + out.size(), length == text.length ? text : Arrays.copyOf(text, length));
    return length;
  }

  private static long control(Task task, int id, int command, long address) throws Errno {
    if (id < 0 || command < 0) {
      throw Errno.EINVAL;
    }
    MessageQueues queues = of(task);
    IpcUser user = IpcStructs.user(task);
    return switch (command) {
      case IpcStructs.IPC_INFO, MSG_INFO -> information(task, queues, command, address);
      case IpcStructs.IPC_STAT -> {
        put(task, address, status(task, queues.look(user, id)));
        yield 0;
      }
      case MSG_STAT, MSG_STAT_ANY -> {
        MessageQueue queue = queues.lookAt(user, id, command == MSG_STAT_ANY);
        put(task, address, status(task, queue));
        yield queue.id();
      }
      case IpcStructs.IPC_SET -> set(task, queues, id, address);
      case IpcStructs.IPC_RMID -> {
        queues.remove(user, id);
        yield 0;
      }
      default -> throw Errno.EINVAL;
    };
  }

  private static long set(Task task, MessageQueues queues, int id, long address) throws Errno {
    int words = (IpcStructs.model(task).is64Bit() ? 3 : 6) + 2;
    int before = words * IpcStructs.model(task).wordBytes();
    int length =
        IpcStructs.permissionBytes(IpcStructs.model(task))
            + before
            + IpcStructs.model(task).wordBytes();
    StructReader in = new StructReader(IpcStructs.model(task), Times.bytes(task, address, length));
    IpcObject.Ownership owner = IpcStructs.ownership(task, in);
    in.skip(before);
    queues.set(IpcStructs.user(task), id, owner, in.word());
    return 0;
  }

  private static void put(Task task, long address, StructWriter bytes) throws Errno {
    task.memory().user().write(address, bytes.toBytes());
  }

  /// `struct msqid64_ds`.
  private static StructWriter status(Task task, MessageQueue queue) {
    StructWriter out = IpcStructs.permissions(task, queue);
    IpcStructs.time(task, out, queue.sendTime());
    IpcStructs.time(task, out, queue.receiveTime());
    IpcStructs.time(task, out, queue.changeTime());
    return out.word(queue.bytes())
        .word(queue.count())
        .word(queue.maximumBytes())
        .u32(IpcStructs.number(task, queue.lastSender()))
        .u32(IpcStructs.number(task, queue.lastReceiver()))
        .word(0)
        .word(0);
  }

  private static long information(Task task, MessageQueues queues, int command, long address)
      throws Errno {
    boolean used = command == MSG_INFO;
    put(
        task,
        address,
        IpcStructs.writer(task)
            .u32(used ? queues.size() : POOL_KILOBYTES)
            .u32(used ? queues.messages() : MAP_ENTRIES)
            .u32(queues.maximumSize())
            .u32(queues.maximumQueueBytes())
            .u32(queues.limit())
            .u32(SEGMENT_BYTES)
            .u32(used ? queues.bytes() : MAP_ENTRIES)
            .u16(SEGMENTS)
            .align(4));
    return queues.largestIndex();
  }
}
