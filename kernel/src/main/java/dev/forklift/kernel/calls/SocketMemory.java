package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.SocketNumbers;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.IdMap;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.fs.socket.SocketAddress;
import dev.forklift.kernel.fs.socket.SocketCredentials;
import dev.forklift.kernel.mm.UserBuffer;
import dev.forklift.kernel.mm.UserMemory;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.PidFd;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the calls on sockets have in user memory: addresses, message headers, control messages.
final class SocketMemory {
  private static final int ADDRESS_MAX = 128;
  private static final int UNIX_ADDRESS_MAX = 110;
  private static final int FAMILY_BYTES = 2;
  private static final int CONTROL_MAX = 20 * 1024;
  private static final int MAX_FILES = 253;
  private static final int UCRED_BYTES = 12;
  private static final int NOBODY = 65534;

  private SocketMemory() {}

  // Addresses.

  /// The address that a call is given.
  static SocketAddress address(Task task, long address, int length) throws Errno {
    if (length < 0 || length > ADDRESS_MAX) {
      throw Errno.EINVAL;
    }
    byte[] bytes = new byte[length];
    UserMemory user = task.memory().user();
    user.read(address, bytes);
    if (length < FAMILY_BYTES) {
      throw Errno.EINVAL;
    }
    int family = new StructReader(user.model(), bytes).u16();
    if (family == SocketNumbers.AF_UNIX && length > UNIX_ADDRESS_MAX) {
      throw Errno.EINVAL;
    }
    return new SocketAddress(
        family,
        new String(bytes, FAMILY_BYTES, length - FAMILY_BYTES, StandardCharsets.ISO_8859_1));
  }

  private static byte[] bytes(DataModel model, @Nullable SocketAddress address) {
    if (address == null) {
      return new byte[0];
    }
    return new StructWriter(model).u16(address.family()).bytes(address.bytes()).toBytes();
  }

  /// Gives an address to the guest, cut to the room that it says there is, and its full length.
  static void giveAddress(Task task, SocketAddress given, long address, long lengthAddress)
      throws Errno {
    UserMemory user = task.memory().user();
    int room = user.getInt(lengthAddress);
    if (room < 0) {
      throw Errno.EINVAL;
    }
    byte[] bytes = bytes(user.model(), given);
    user.write(address, bytes, 0, Math.min(room, bytes.length));
    user.putInt(lengthAddress, bytes.length);
  }

  /// The same for the sender of a message: nothing if it has no name.
  static void giveSender(
      Task task, @Nullable SocketAddress sender, long address, long lengthAddress) throws Errno {
    if (sender == null || sender.bytes().length == 0) {
      task.memory().user().putInt(lengthAddress, 0);
    } else {
      giveAddress(task, sender, address, lengthAddress);
    }
  }

  // Message headers.

  /// A `struct msghdr`.
  ///
  /// @param at where it stands
  record Header(
      long at,
      long name,
      int nameLength,
      long vector,
      long count,
      long control,
      long controlLength) {
    static Header read(UserMemory user, long address) throws Errno {
      StructReader in = user.structure(address, bytes(user.model()));
      long name = in.word();
      int nameLength = in.s32();
      return new Header(address, name, nameLength, in.word(), in.word(), in.word(), in.word());
    }

    static int bytes(DataModel model) {
      return 7 * model.wordBytes();
    }

    UserBuffer buffer(UserMemory user) throws Errno {
      if (count > UserBuffer.MAX_SEGMENTS) {
        throw Errno.EMSGSIZE;
      }
      return UserBuffer.ofVector(user, vector, count);
    }

    long nameLengthAt(DataModel model) {
      return at + model.wordBytes();
    }

    void finish(UserMemory user, long controlUsed, int flags) throws Errno {
      int word = user.model().wordBytes();
      user.putWord(at + 5L * word, controlUsed);
      user.putInt(at + 6L * word, flags);
    }
  }

  // Control messages.

  /// What a sender says beside the bytes. The files are not held.
  record Control(List<OpenFile> files, @Nullable SocketCredentials credentials) {}

  private static int headerBytes(DataModel model) {
    return model.wordBytes() + 8;
  }

  private static int align(DataModel model, int length) {
    return (length + model.wordBytes() - 1) & -model.wordBytes();
  }

  static Control control(Task task, long address, long length) throws Errno {
    UserMemory user = task.memory().user();
    DataModel model = user.model();
    List<OpenFile> files = new ArrayList<>(0);
    SocketCredentials credentials = null;
    int header = headerBytes(model);
    if (address == 0 || length < header) {
      return new Control(files, null);
    }
    if (length > CONTROL_MAX) {
      throw Errno.ENOBUFS;
    }
    byte[] bytes = new byte[(int) length];
    user.read(address, bytes);
    int at = 0;
    while (bytes.length - at >= header) {
      StructReader in = new StructReader(model, bytes).skip(at);
      long size = in.word();
      int level = in.s32();
      int type = in.s32();
      if (size < header || size > bytes.length - at) {
        throw Errno.EINVAL;
      }
      int payload = (int) size - header;
      if (level == SocketNumbers.SOL_SOCKET) {
        switch (type) {
          case SocketNumbers.SCM_RIGHTS -> readFiles(task, in, payload / 4, files);
          case SocketNumbers.SCM_CREDENTIALS -> {
            if (payload != UCRED_BYTES) {
              throw Errno.EINVAL;
            }
            credentials = checkCredentials(task, in.s32(), in.s32(), in.s32());
          }
          default -> throw Errno.EINVAL;
        }
      }
      at += align(model, (int) size);
    }
    return new Control(files, credentials);
  }

  private static void readFiles(Task task, StructReader in, int count, List<OpenFile> files)
      throws Errno {
    if (files.size() + count > MAX_FILES) {
      throw Errno.EINVAL;
    }
    for (int i = 0; i < count; i++) {
      files.add(task.files().getAny(in.s32()));
    }
  }

  /// Only the superuser may claim to be somebody else (unix(7)).
  private static SocketCredentials checkCredentials(Task task, int pid, int toldUid, int toldGid)
      throws Errno {
    Credentials who = task.credentials();
    int uid = who.userNamespace().kuid(toldUid);
    int gid = who.userNamespace().kgid(toldGid);
    if (uid == IdMap.NONE || gid == IdMap.NONE) {
      throw Errno.EINVAL;
    }
    boolean ownPid = pid == task.tgid();
    UserNamespace ofPids = task.pidNamespace().userNamespace();
    if ((!ownPid && !who.hasIn(ofPids, Capability.SYS_ADMIN))
        || (uid != who.uid()
            && uid != who.euid()
            && uid != who.suid()
            && !who.hasHere(Capability.SETUID))
        || (gid != who.gid()
            && gid != who.egid()
            && gid != who.sgid()
            && !who.hasHere(Capability.SETGID))) {
      throw Errno.EPERM;
    }
    Pid found = ownPid ? task.group().pid() : task.pidNamespace().find(pid);
    if (found == null) {
      throw Errno.ESRCH;
    }
    return new SocketCredentials(found, uid, gid);
  }

  /// `struct ucred` as the caller sees it.
  static StructWriter credentials(Task task, @Nullable SocketCredentials who) {
    StructWriter out = new StructWriter(task.memory().user().model());
    if (who == null) {
      return out.u32(0).u32(NOBODY).u32(NOBODY);
    }
    UserNamespace names = task.credentials().userNamespace();
    return out.u32(((Pid) who.process()).in(task.pidNamespace()))
        .u32(names.uid(who.uid()))
        .u32(names.gid(who.gid()));
  }

  /// Writes control messages for a receiver, as far as there is room.
  static final class ControlWriter {
    private final Task task;
    private final UserMemory user;
    private final DataModel model;
    private final long address;
    private final long room;
    private long used;
    private boolean truncated;

    ControlWriter(Task task, long address, long room) {
      this.task = task;
      this.user = task.memory().user();
      this.model = user.model();
      this.address = address;
      this.room = address == 0 ? 0 : room;
    }

    long used() {
      return used;
    }

    /// Whether something did not fit.
    boolean isTruncated() {
      return truncated;
    }

    void credentials(@Nullable SocketCredentials who) throws Errno {
      put(SocketNumbers.SCM_CREDENTIALS, SocketMemory.credentials(task, who).toBytes());
    }

    /// Gives a descriptor of the process that sent, or says by its number why there is none.
    void pidFd(@Nullable SocketCredentials who) throws Errno {
      if (room - used < headerBytes(model) + Integer.BYTES) {
        truncated = true;
        return;
      }
      if (who == null) {
        return;
      }
      int fd;
      try {
        PidFd opened = PidFd.ofProcess(task.kernel(), (Pid) who.process());
        fd = Paths.install(task, opened, true);
      } catch (Errno none) {
        fd = -none.number();
      }
      put(SocketNumbers.SCM_PIDFD, new StructWriter(model).u32(fd).toBytes());
    }

    /// Gives the files descriptors; those without room are closed.
    void files(List<OpenFile> files, boolean closeOnExec) throws Errno {
      long fitting = Math.max(0, (room - used - headerBytes(model)) / Integer.BYTES);
      StructWriter out = new StructWriter(model);
      int given = 0;
      for (OpenFile file : files) {
        if (given >= fitting || truncated) {
          truncated = true;
          file.release();
          continue;
        }
        try {
          out.u32(Paths.install(task, file, closeOnExec));
          given++;
        } catch (Errno e) {
          truncated = true; // the file has been given up
        }
      }
      if (given > 0) {
        put(SocketNumbers.SCM_RIGHTS, out.toBytes());
      }
    }

    /// What does not fit is cut off, but for the header.
    private void put(int type, byte[] payload) throws Errno {
      int header = headerBytes(model);
      if (room - used < header) {
        truncated = true;
        return;
      }
      int whole = header + payload.length;
      int length = (int) Math.min(whole, room - used);
      truncated |= length < whole;
      StructWriter out =
          new StructWriter(model)
              .word(length)
              .u32(SocketNumbers.SOL_SOCKET)
              .u32(type)
              .bytes(Arrays.copyOf(payload, length - header));
      user.write(address + used, out);
      used += Math.min(align(model, length), room - used);
    }
  }
}
