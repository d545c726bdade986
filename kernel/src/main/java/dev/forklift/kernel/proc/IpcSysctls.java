package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.ipc.IpcNamespace;
import dev.forklift.kernel.ipc.IpcTable;
import dev.forklift.kernel.ipc.Semaphores;
import dev.forklift.kernel.mqueue.QueueLimits;
import dev.forklift.kernel.process.Task;
import java.util.function.Function;

/// The settings of System V IPC in /proc/sys/kernel: those of the IPC namespace of whoever looks.
final class IpcSysctls {
  private static final int MOST_OBJECTS = 32768;

  private final ProcFileSystem proc;

  private IpcSysctls(ProcFileSystem proc) {
    this.proc = proc;
  }

  /// A number of a namespace's.
  @FunctionalInterface
  private interface Getting {
    long get(IpcNamespace namespace);
  }

  @FunctionalInterface
  private interface Setting {
    void set(IpcNamespace namespace, long value);
  }

  static ProcDirectory addTo(ProcDirectory folder, ProcFileSystem proc) {
    IpcSysctls all = new IpcSysctls(proc);
    // spotless:off
    return folder
        .add("auto_msgmni", all.number(_ -> 0, 1, (_, _) -> {}))
        .add("msg_next_id", all.nextId(IpcNamespace::messageQueues))
        .add("msgmax", all.number(n -> n.messageQueues().maximumSize(), Integer.MAX_VALUE,
            (n, value) -> n.messageQueues().setMaximumSize((int) value)))
        .add("msgmnb", all.number(n -> n.messageQueues().maximumQueueBytes(), Integer.MAX_VALUE,
            (n, value) -> n.messageQueues().setMaximumQueueBytes((int) value)))
        .add("msgmni", all.number(n -> n.messageQueues().limit(), MOST_OBJECTS,
            (n, value) -> n.messageQueues().setLimit((int) value)))
        .add("sem", all.semaphores())
        .add("sem_next_id", all.nextId(IpcNamespace::semaphores))
        .add("shm_next_id", all.nextId(IpcNamespace::sharedMemory))
        .add("shm_rmid_forced", ProcFile.of(proc, reader -> "0\n"))
        .add("shmall", all.number(n -> n.sharedMemory().maximumPages(), 0xffff_ffffL,
            (n, value) -> n.sharedMemory().setMaximumPages(value)))
        .add("shmmax", all.number(n -> n.sharedMemory().maximumSize(), 0xffff_ffffL,
            (n, value) -> n.sharedMemory().setMaximumSize(value)))
        .add("shmmni", all.number(n -> n.sharedMemory().limit(), MOST_OBJECTS,
            (n, value) -> n.sharedMemory().setLimit((int) value)));
    // spotless:on
  }

  /// /proc/sys/fs/mqueue.
  static ProcDirectory ofQueues(ProcFileSystem proc) {
    IpcSysctls all = new IpcSysctls(proc);
    int messages = QueueLimits.MOST_MESSAGES;
    int bytes = QueueLimits.LONGEST_MESSAGE;
    int least = QueueLimits.SHORTEST_MAXIMUM;
    // spotless:off
    return new ProcDirectory(proc, null, 0555)
        .add("msg_default", all.number(n -> n.queueLimits().usualMessages(), 1, messages,
            (n, value) -> n.queueLimits().setUsualMessages((int) value)))
        .add("msg_max", all.number(n -> n.queueLimits().messages(), 1, messages,
            (n, value) -> n.queueLimits().setMessages((int) value)))
        .add("msgsize_default", all.number(n -> n.queueLimits().usualMessageBytes(), least, bytes,
            (n, value) -> n.queueLimits().setUsualMessageBytes((int) value)))
        .add("msgsize_max", all.number(n -> n.queueLimits().messageBytes(), least, bytes,
            (n, value) -> n.queueLimits().setMessageBytes((int) value)))
        .add("queues_max", all.number(n -> n.queueLimits().queues(), Integer.MAX_VALUE,
            (n, value) -> n.queueLimits().setQueues((int) value)));
    // spotless:on
  }

  private static IpcNamespace of(Task task) {
    return task.namespaces().ipc();
  }

  private ProcFile number(Getting get, long greatest, Setting set) {
    return number(get, 0, greatest, set);
  }

  private ProcFile number(Getting get, long least, long greatest, Setting set) {
    return new ProcFile(
        proc,
        null,
        0644,
        reader -> get.get(of(reader)) + "\n",
        (writer, text) -> set.set(of(writer), parse(text, least, greatest)),
        opener -> {});
  }

  private static long parse(String text, long least, long greatest) throws Errno {
    try {
      long value = Long.parseLong(text.strip());
      if (value >= least && value <= greatest) {
        return value;
      }
    } catch (NumberFormatException e) {
      // EINVAL as well.
    }
    throw Errno.EINVAL;
  }

  /// What the next object's identifier shall be, for whoever brings processes back from a
  /// checkpoint.
  private ProcFile nextId(Function<IpcNamespace, IpcTable<?>> table) {
    return new ProcFile(
        proc,
        null,
        0444,
        reader -> table.apply(of(reader)).nextId() + "\n",
        (writer, text) -> {
          boolean permitted =
              writer.credentials().hasIn(of(writer).userNamespace(), Capability.CHECKPOINT_RESTORE)
                  || writer.credentials().hasIn(of(writer).userNamespace(), Capability.SYS_ADMIN);
          if (!permitted) {
            throw Errno.EPERM;
          }
          table.apply(of(writer)).setNextId((int) parse(text, 0, Integer.MAX_VALUE));
        },
        opener -> {});
  }

  private ProcFile semaphores() {
    return new ProcFile(
        proc,
        null,
        0644,
        reader -> {
          Semaphores all = of(reader).semaphores();
          return "%d\t%d\t%d\t%d\n"
              .formatted(
                  all.maximumSize(), all.maximumTotal(), all.maximumOperations(), all.limit());
        },
        (writer, text) -> {
          Semaphores all = of(writer).semaphores();
          long[] values = {
            all.maximumSize(), all.maximumTotal(), all.maximumOperations(), all.limit()
          };
          String[] words = text.strip().split("\\s+", -1);
          for (int i = 0; i < Math.min(words.length, values.length); i++) {
            values[i] =
                parse(words[i], 0, i == values.length - 1 ? MOST_OBJECTS : Integer.MAX_VALUE);
          }
          all.setLimits((int) values[0], (int) values[1], (int) values[2], (int) values[3]);
        },
        opener -> {});
  }
}
