package dev.forklift.kernel.proc;

import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.ipc.IpcNamespace;
import dev.forklift.kernel.ipc.IpcObject;
import dev.forklift.kernel.ipc.MessageQueue;
import dev.forklift.kernel.ipc.SemaphoreSet;
import dev.forklift.kernel.ipc.SharedSegment;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import org.jspecify.annotations.Nullable;

/// /proc/sysvipc: the objects of System V IPC that the reader's IPC namespace holds.
final class SysvipcText {
  private SysvipcText() {}

  static ProcDirectory folder(ProcFileSystem proc) {
    return new ProcDirectory(proc, null, 0555)
        .add("msg", ProcFile.of(proc, SysvipcText::messages))
        .add("sem", ProcFile.of(proc, SysvipcText::semaphores))
        .add("shm", ProcFile.of(proc, SysvipcText::sharedMemory));
  }

  private static IpcNamespace of(Task reader) {
    return reader.namespaces().ipc();
  }

  private static int number(Task reader, @Nullable Object process) {
    return process instanceof Pid pid ? pid.in(reader.pidNamespace()) : 0;
  }

  private static String identity(IpcObject object) {
    return String.format("%10d %10d  %4o ", object.key(), object.id(), object.mode());
  }

  private static String owners(Task reader, IpcObject object) {
    UserNamespace names = reader.credentials().userNamespace();
    return String.format(
        "%5s %5s %5s %5s",
        Integer.toUnsignedString(names.uid(object.uid())),
        Integer.toUnsignedString(names.gid(object.gid())),
        Integer.toUnsignedString(names.uid(object.creatorUid())),
        Integer.toUnsignedString(names.gid(object.creatorGid())));
  }

  private static String semaphores(Task reader) {
    StringBuilder out = new StringBuilder();
    out.append(
        "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
    for (SemaphoreSet set : of(reader).semaphores().all()) {
      out.append(identity(set))
          .append(String.format("%10d ", set.size()))
          .append(owners(reader, set))
          .append(String.format(" %10d %10d\n", set.operationTime(), set.changeTime()));
    }
    return out.toString();
  }

  private static String sharedMemory(Task reader) {
    // Sizes take as many columns as the largest word of the guest's.
    boolean wide = reader.kernel().abi().dataModel().is64Bit();
    String size = wide ? "%21d" : "%10d";
    StringBuilder out = new StringBuilder();
    out.append("       key      shmid perms ")
        .append(wide ? "                 size" : "      size")
        .append("  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime ")
        .append(wide ? "                  rss                  swap" : "       rss       swap")
        .append('\n');
    for (SharedSegment segment : of(reader).sharedMemory().all()) {
      out.append(identity(segment))
          .append(String.format(size + " ", segment.size()))
          .append(
              String.format(
                  "%5d %5d  %5d ",
                  number(reader, segment.creator()),
                  number(reader, segment.lastProcess()),
                  segment.attached()))
          .append(owners(reader, segment))
          .append(
              String.format(
                  " %10d %10d %10d " + size + " " + size + "\n",
                  segment.attachTime(),
                  segment.detachTime(),
                  segment.changeTime(),
                  segment.residentBytes(),
                  0));
    }
    return out.toString();
  }

  private static String messages(Task reader) {
    StringBuilder out = new StringBuilder();
    out.append(
        "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid"
            + "      stime      rtime      ctime\n");
    for (MessageQueue queue : of(reader).messageQueues().all()) {
      out.append(identity(queue))
          .append(
              String.format(
                  " %10d %10d %5d %5d ",
                  queue.bytes(),
                  queue.count(),
                  number(reader, queue.lastSender()),
                  number(reader, queue.lastReceiver())))
          .append(owners(reader, queue))
          .append(
              String.format(
                  " %10d %10d %10d\n", queue.sendTime(), queue.receiveTime(), queue.changeTime()));
    }
    return out.toString();
  }
}
