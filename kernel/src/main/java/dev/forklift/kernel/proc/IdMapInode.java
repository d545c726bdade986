package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.IdKind;
import dev.forklift.kernel.cred.IdMap;
import dev.forklift.kernel.cred.IdMapChanges;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// /proc/PID/uid_map, gid_map, projid_map and setgroups: the maps of a task's user namespace, as
/// the namespace of whoever opened the file sees them.
final class IdMapInode extends ProcInode {
  private static final int MAP_BYTES = 4096;
  private static final int SETGROUPS_BYTES = 8;

  private final @Nullable IdKind kind;

  private IdMapInode(ProcFileSystem proc, Pid pid, @Nullable IdKind kind) {
    super(proc, pid, FileMode.S_IFREG | 0644);
    this.kind = kind;
  }

  static IdMapInode map(ProcFileSystem proc, Pid pid, IdKind kind) {
    return new IdMapInode(proc, pid, kind);
  }

  static IdMapInode setgroups(ProcFileSystem proc, Pid pid) {
    return new IdMapInode(proc, pid, null);
  }

  @Override
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    UserNamespace namespace = namespace();
    Credentials opener = caller.credentials();
    if (kind == null && OpenFlags.writes(flags) && !opener.hasIn(namespace, Capability.SYS_ADMIN)) {
      throw Errno.EACCES;
    }
    return new Open(path, flags, namespace, opener);
  }

  private UserNamespace namespace() throws Errno {
    try {
      return task().credentials().userNamespace();
    } catch (Errno gone) {
      throw kind == null ? gone : Errno.EINVAL;
    }
  }

  /// The namespace stays that which the task was in when the file was opened.
  private final class Open extends OpenFile {
    private final UserNamespace namespace;
    private final Credentials opener;

    Open(VfsPath path, int flags, UserNamespace namespace, Credentials opener) throws Errno {
      super(path, flags);
      this.namespace = namespace;
      namespace.hold();
      this.opener = opener;
    }

    @Override
    protected boolean isWritableAnywhere() {
      return false;
    }

    @Override
    protected void onClose() {
      namespace.release();
    }

    @Override
    protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      byte[] bytes = text().getBytes(StandardCharsets.ISO_8859_1);
      int length = (int) Math.min(buffer.remaining(), Math.max(0, bytes.length - offset));
      return length == 0 ? 0 : buffer.put(bytes, (int) offset, length);
    }

    private String text() {
      if (kind == null) {
        return namespace.isSetgroupsAllowed() ? "allow\n" : "deny\n";
      }
      UserNamespace seenFrom = opener.userNamespace();
      UserNamespace above = namespace.parent();
      IdMap outside = (seenFrom == namespace && above != null ? above : seenFrom).map(kind);
      StringBuilder out = new StringBuilder();
      for (IdMap.Extent extent : namespace.map(kind).extents()) {
        out.append(padded(extent.inside()))
            .append(' ')
            .append(padded(outside.up(extent.outside())))
            .append(' ')
            .append(padded(extent.count()))
            .append('\n');
      }
      return out.toString();
    }

    private static String padded(int id) {
      return String.format("%10s", Integer.toUnsignedString(id));
    }

    @Override
    protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      IdMapChanges changes = new IdMapChanges(namespace, opener, ((Task) caller).credentials());
      if (kind != null) {
        changes.requireNeighbour();
      }
      long length = buffer.remaining();
      if (offset != 0 || length >= (kind == null ? SETGROUPS_BYTES : MAP_BYTES)) {
        throw Errno.EINVAL;
      }
      byte[] bytes = new byte[(int) length];
      int read = buffer.get(bytes, 0, bytes.length);
      String text = new String(bytes, 0, read, StandardCharsets.ISO_8859_1);
      if (kind == null) {
        changes.setSetgroups(text);
      } else {
        changes.setMap(kind, text);
      }
      return read;
    }
  }
}
