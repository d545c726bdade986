package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.ipc.IpcObject;
import dev.forklift.kernel.ipc.IpcUser;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import org.jspecify.annotations.Nullable;

/// What the structures of System V IPC have in common, and its commands (asm-generic's layout).
final class IpcStructs {
  static final int IPC_RMID = 0;
  static final int IPC_SET = 1;
  static final int IPC_STAT = 2;
  static final int IPC_INFO = 3;

  private IpcStructs() {}

  static DataModel model(Task task) {
    return task.kernel().abi().dataModel();
  }

  static StructWriter writer(Task task) {
    return new StructWriter(model(task));
  }

  static IpcUser user(Task task) {
    return new IpcUser(task.credentials(), task, task.group().pid());
  }

  /// The number of a process that was remembered, as a task sees it.
  static int number(Task task, @Nullable Object process) {
    return process instanceof Pid pid ? pid.in(task.pidNamespace()) : 0;
  }

  /// `struct ipc64_perm`.
  static StructWriter permissions(Task task, IpcObject object) {
    UserNamespace names = task.credentials().userNamespace();
    return writer(task)
        .u32(object.key())
        .u32(names.uid(object.uid()))
        .u32(names.gid(object.gid()))
        .u32(names.uid(object.creatorUid()))
        .u32(names.gid(object.creatorGid()))
        .u32(object.mode())
        .u16(object.sequence())
        .u16(0)
        .word(0)
        .word(0);
  }

  /// A time, of which 32-bit guests have the halves one after the other.
  static StructWriter time(Task task, StructWriter out, long seconds) {
    out.word(seconds);
    return model(task).is64Bit() ? out : out.word(seconds >>> 32);
  }

  /// Bytes of a `struct ipc64_perm`.
  static int permissionBytes(DataModel model) {
    return model.is64Bit() ? 48 : 36;
  }

  /// What IPC_SET takes from a `struct ipc64_perm`.
  ///
  /// @throws Errno EINVAL if an id means nothing in the caller's user namespace
  static IpcObject.Ownership ownership(Task task, StructReader in) throws Errno {
    int uid = in.skip(4).s32();
    int gid = in.s32();
    int mode = in.skip(8).s32();
    in.skip(permissionBytes(model(task)) - in.position());
    UserNamespace names = task.credentials().userNamespace();
    int kuid = names.kuid(uid);
    int kgid = names.kgid(gid);
    if (kuid == -1 || kgid == -1) {
      throw Errno.EINVAL;
    }
    return new IpcObject.Ownership(kuid, kgid, mode);
  }
}
