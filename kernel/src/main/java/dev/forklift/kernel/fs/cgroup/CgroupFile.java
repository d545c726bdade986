package dev.forklift.kernel.fs.cgroup;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.PollEvents;
import dev.forklift.kernel.cgroup.Cgroup;
import dev.forklift.kernel.cgroup.Notice;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import dev.forklift.kernel.wait.WaitQueue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A file of a control group. Its text is made when the beginning is read, so that a reader sees
/// one state of affairs.
final class CgroupFile extends Inode {
  /// What there is to read.
  @FunctionalInterface
  interface Text {
    String read(Task reader) throws Errno;
  }

  /// Who opened a file for writing, which is what counts when it is written to.
  ///
  /// @param who the credentials they had
  /// @param visible the root of the part of the tree that they saw
  /// @param delegated whether that is a part that somebody delegated to them
  record Opener(Credentials who, Cgroup visible, boolean delegated) {}

  /// What to do with what is written.
  @FunctionalInterface
  interface Setting {
    void write(Task writer, Opener opener, String text) throws Errno;
  }

  private final BooleanSupplier isThere;
  private final @Nullable Text text;
  private final @Nullable Setting setting;
  private final @Nullable Notice notice;

  /// @param isThere whether group and controller still are
  /// @param notice of changes, or null if the file tells of none
  CgroupFile(
      CgroupFileSystem fileSystem,
      NewInode attributes,
      BooleanSupplier isThere,
      @Nullable Text text,
      @Nullable Setting setting,
      @Nullable Notice notice) {
    super(fileSystem, fileSystem.nextIno(), attributes);
    this.isThere = isThere;
    this.text = text;
    this.setting = setting;
    this.notice = notice;
  }

  static NewInode attributes(CgroupDirectory folder, int permissions) {
    return new NewInode(FileMode.S_IFREG | permissions, folder.uid(), folder.gid(), 0);
  }

  /// Opening with O_TRUNC changes nothing.
  @Override
  public void setSize(long size) {}

  @Override
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    requireThere();
    Task task = (Task) caller;
    return new Open(
        path,
        flags,
        new Opener(
            task.credentials(),
            task.namespaces().cgroup().root(),
            !task.namespaces().cgroup().isFirst()));
  }

  private void requireThere() throws Errno {
    if (!isThere.getAsBoolean()) {
      throw Errno.ENODEV;
    }
  }

  private final class Open extends OpenFile {
    private final Opener opener;
    private byte @Nullable [] contents;
    private int seen;

    Open(VfsPath path, int flags, Opener opener) throws Errno {
      super(path, flags);
      this.opener = opener;
    }

    @Override
    protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      byte[] bytes = contents;
      if (bytes == null || offset == 0) {
        bytes = read((Task) caller);
        contents = bytes;
      }
      if (offset >= bytes.length) {
        return 0;
      }
      int length = (int) Math.min(buffer.remaining(), bytes.length - offset);
      return buffer.put(bytes, (int) offset, length);
    }

    private byte[] read(Task reader) throws Errno {
      requireThere();
      if (text == null) {
        throw Errno.EINVAL;
      }
      if (notice != null) {
        seen = notice.count();
      }
      return text.read(reader).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      byte[] bytes = new byte[(int) Math.min(buffer.remaining(), fileSystem().blockSize())];
      int length = buffer.get(bytes, 0, bytes.length);
      requireThere();
      if (length == 0) {
        return 0;
      }
      if (setting == null) {
        throw Errno.EINVAL;
      }
      String written = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
      int end = written.indexOf('\0');
      setting.write((Task) caller, opener, end < 0 ? written : written.substring(0, end));
      return length;
    }

    @Override
    public int poll() {
      int ready = super.poll();
      boolean news = notice != null && seen != notice.count();
      return !isThere.getAsBoolean() || news
          ? ready | PollEvents.POLLERR | PollEvents.POLLPRI
          : ready;
    }

    @Override
    public List<WaitQueue> pollQueues(int events) {
      return notice == null ? List.of() : List.of(notice.queue());
    }

    @Override
    protected long seekTarget(long offset, int whence) throws Errno {
      if (whence != Fcntl.SEEK_SET && whence != Fcntl.SEEK_CUR) {
        throw Errno.EINVAL;
      }
      return super.seekTarget(offset, whence);
    }
  }
}
