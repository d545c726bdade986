package dev.forklift.kernel.calls;

import static dev.forklift.kernel.calls.Args.ADDR;
import static dev.forklift.kernel.calls.Args.INT;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.CapabilityChanges;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.IdChanges;
import dev.forklift.kernel.cred.IdMap;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.CredentialChange;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.process.TaskSelection;
import java.util.ArrayList;
import java.util.List;

/// User and group ids and capabilities.
final class CredentialCalls {
  private static final int NGROUPS_MAX = 65536;
  private static final int CAPABILITY_VERSION_1 = 0x19980330;
  private static final int CAPABILITY_VERSION_2 = 0x20071026;
  private static final int CAPABILITY_VERSION_3 = 0x20080522;

  private CredentialCalls() {}

  static void rows(SyscallTable table) {
    table
        .sys(90, "capget", ADDR, ADDR, CredentialCalls::capget)
        .sys(91, "capset", ADDR, ADDR, CredentialCalls::capset)
        .sys(143, "setregid", INT, INT, (t, r, e) -> become(t, IdChanges.setregid(who(t), r, e)))
        .sys(144, "setgid", INT, (t, gid) -> become(t, IdChanges.setgid(who(t), gid)))
        .sys(145, "setreuid", INT, INT, (t, r, e) -> become(t, IdChanges.setreuid(who(t), r, e)))
        .sys(146, "setuid", INT, (t, uid) -> become(t, IdChanges.setuid(who(t), uid)))
        .sys(147, "setresuid", INT, INT, INT, CredentialCalls::setresuid)
        .sys(148, "getresuid", ADDR, ADDR, ADDR, CredentialCalls::getresuid)
        .sys(149, "setresgid", INT, INT, INT, CredentialCalls::setresgid)
        .sys(150, "getresgid", ADDR, ADDR, ADDR, CredentialCalls::getresgid)
        .sys(151, "setfsuid", INT, CredentialCalls::setfsuid)
        .sys(152, "setfsgid", INT, CredentialCalls::setfsgid)
        .sys(158, "getgroups", INT, ADDR, CredentialCalls::getgroups)
        .sys(159, "setgroups", INT, ADDR, CredentialCalls::setgroups)
        .sys(174, "getuid", t -> uid(t, who(t).uid()))
        .sys(175, "geteuid", t -> uid(t, who(t).euid()))
        .sys(176, "getgid", t -> gid(t, who(t).gid()))
        .sys(177, "getegid", t -> gid(t, who(t).egid()));
  }

  private static Credentials who(Task task) {
    return task.credentials();
  }

  /// What the caller calls a user. Ids are unsigned.
  private static long uid(Task task, int kuid) {
    return Integer.toUnsignedLong(who(task).userNamespace().uid(kuid));
  }

  private static long gid(Task task, int kgid) {
    return Integer.toUnsignedLong(who(task).userNamespace().gid(kgid));
  }

  private static long become(Task task, Credentials now) {
    CredentialChange.commit(task, now);
    return 0;
  }

  private static long setresuid(Task task, int ruid, int euid, int suid) throws Errno {
    return become(task, IdChanges.setresuid(who(task), ruid, euid, suid));
  }

  private static long setresgid(Task task, int rgid, int egid, int sgid) throws Errno {
    return become(task, IdChanges.setresgid(who(task), rgid, egid, sgid));
  }

  private static long getresuid(Task task, long ruid, long euid, long suid) throws Errno {
    Credentials who = who(task);
    UserNamespace names = who.userNamespace();
    int real = names.uid(who.uid());
    return putIds(task, ruid, real, euid, names.uid(who.euid()), suid, names.uid(who.suid()));
  }

  private static long getresgid(Task task, long rgid, long egid, long sgid) throws Errno {
    Credentials who = who(task);
    UserNamespace names = who.userNamespace();
    int real = names.gid(who.gid());
    return putIds(task, rgid, real, egid, names.gid(who.egid()), sgid, names.gid(who.sgid()));
  }

  private static long putIds(
      Task task, long toReal, int real, long toEffective, int effective, long toSaved, int saved)
      throws Errno {
    UserMemory user = task.memory().user();
    user.putInt(toReal, real);
    user.putInt(toEffective, effective);
    user.putInt(toSaved, saved);
    return 0;
  }

  /// Answers the old id, whether or not it has changed.
  private static long setfsuid(Task task, int uid) {
    long old = uid(task, who(task).fsuid());
    become(task, IdChanges.setfsuid(who(task), uid));
    return old;
  }

  private static long setfsgid(Task task, int gid) {
    long old = gid(task, who(task).fsgid());
    become(task, IdChanges.setfsgid(who(task), gid));
    return old;
  }

  private static long getgroups(Task task, int size, long list) throws Errno {
    List<Integer> groups = who(task).groups();
    if (size < 0 || (size > 0 && size < groups.size())) {
      throw Errno.EINVAL;
    }
    if (size > 0) {
      StructWriter w = new StructWriter(task.kernel().abi().dataModel());
      groups.forEach(group -> w.u32(gid(task, group)));
      task.memory().user().write(list, w.toBytes());
    }
    return groups.size();
  }

  private static long setgroups(Task task, int size, long list) throws Errno {
    UserNamespace namespace = who(task).userNamespace();
    if (!who(task).hasHere(Capability.SETGID) || !namespace.maySetgroups()) {
      throw Errno.EPERM;
    }
    if (size < 0 || size > NGROUPS_MAX) {
      throw Errno.EINVAL;
    }
    byte[] bytes = new byte[size * Integer.BYTES];
    task.memory().user().read(list, bytes);
    StructReader r = new StructReader(task.kernel().abi().dataModel(), bytes);
    List<Integer> groups = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      int kgid = namespace.kgid(r.s32());
      if (kgid == IdMap.NONE) {
        throw Errno.EINVAL;
      }
      groups.add(kgid);
    }
    groups.sort(Integer::compareUnsigned);
    return become(task, who(task).withGroups(groups));
  }

  /// How many structures of three words follow a header of this version: one, which has the first
  /// 32 capabilities only, or two; 0 for an unknown version, after the caller has been told a known
  /// one.
  private static int capabilityWords(Task task, long header) throws Errno {
    UserMemory user = task.memory().user();
    return switch (user.getInt(header)) {
      case CAPABILITY_VERSION_1 -> 1;
      case CAPABILITY_VERSION_2, CAPABILITY_VERSION_3 -> 2;
      default -> {
        user.putInt(header, CAPABILITY_VERSION_3);
        yield 0;
      }
    };
  }

  private static long capget(Task task, long header, long data) throws Errno {
    int words = capabilityWords(task, header);
    if (data == 0) {
      return 0;
    }
    if (words == 0) {
      throw Errno.EINVAL;
    }
    int pid = task.memory().user().getInt(header + Integer.BYTES);
    if (pid < 0) {
      throw Errno.EINVAL;
    }
    Credentials whose = who(TaskSelection.one(task, pid));
    StructWriter w = new StructWriter(task.kernel().abi().dataModel());
    for (int i = 0; i < words; i++) {
      int shift = Integer.SIZE * i;
      w.u32(whose.effective() >>> shift)
          .u32(whose.permitted() >>> shift)
          .u32(whose.inheritable() >>> shift);
    }
    task.memory().user().write(data, w.toBytes());
    return 0;
  }

  private static long capset(Task task, long header, long data) throws Errno {
    int words = capabilityWords(task, header);
    if (words == 0) {
      throw Errno.EINVAL;
    }
    int pid = task.memory().user().getInt(header + Integer.BYTES);
    if (pid != 0 && pid != task.tid()) {
      throw Errno.EPERM;
    }
    byte[] bytes = new byte[words * 3 * Integer.BYTES];
    task.memory().user().read(data, bytes);
    StructReader r = new StructReader(task.kernel().abi().dataModel(), bytes);
    long effective = 0;
    long permitted = 0;
    long inheritable = 0;
    for (int i = 0; i < words; i++) {
      int shift = Integer.SIZE * i;
      effective |= r.u32() << shift;
      permitted |= r.u32() << shift;
      inheritable |= r.u32() << shift;
    }
    return become(task, CapabilityChanges.capset(who(task), effective, permitted, inheritable));
  }
}
