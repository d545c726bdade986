package dev.forklift.kernel.proc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.process.Pid;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.IoBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Permissions;
import dev.forklift.kernel.vfs.VfsPath;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A file of /proc that is text. The text is made when its beginning is read, so that a reader sees
/// one state of affairs.
final class ProcFile extends ProcInode {
  /// What there is to read, one character a byte.
  @FunctionalInterface
  interface Text {
    String read(Task reader) throws Errno;
  }

  /// What there is to read, as those who have opened the file call users.
  @FunctionalInterface
  interface TextForOpener {
    String read(Task reader, Credentials opener) throws Errno;
  }

  /// What to do with what is written.
  @FunctionalInterface
  interface Setting {
    void write(Task writer, String text) throws Errno;
  }

  /// Whether it may be opened at all.
  @FunctionalInterface
  interface Gate {
    void pass(Task opener) throws Errno;
  }

  private static final int LONGEST_SETTING = 4096;

  private final TextForOpener text;
  private final @Nullable Setting setting;
  private final Gate gate;
  private @Nullable Predicate<Credentials> writers;

  ProcFile(
      ProcFileSystem proc,
      @Nullable Pid pid,
      int permissions,
      Text text,
      @Nullable Setting setting,
      Gate gate) {
    this(proc, pid, permissions, (reader, _) -> text.read(reader), setting, gate);
  }

  private ProcFile(
      ProcFileSystem proc,
      @Nullable Pid pid,
      int permissions,
      TextForOpener text,
      @Nullable Setting setting,
      Gate gate) {
    super(proc, pid, FileMode.S_IFREG | permissions);
    this.text = text;
    this.setting = setting;
    this.gate = gate;
  }

  /// A file about a process that everybody may read, and that names users.
  static ProcFile naming(ProcFileSystem proc, Pid pid, TextForOpener text) {
    return new ProcFile(proc, pid, 0444, text, null, opener -> {});
  }

  /// A file of the kernel's that is only read.
  static ProcFile of(ProcFileSystem proc, Text text) {
    return new ProcFile(proc, null, 0444, text, null, opener -> {});
  }

  /// A setting of the kernel's: neither its owner nor any capability over it counts, but who may
  /// write.
  static ProcFile setting(
      ProcFileSystem proc, Predicate<Credentials> writers, Text text, Setting setting) {
    ProcFile file = new ProcFile(proc, null, 0644, text, setting, opener -> {});
    file.writers = writers;
    return file;
  }

  @Override
  protected boolean allows(Credentials who, int wanted) {
    Predicate<Credentials> some = writers;
    if (some == null) {
      return super.allows(who, wanted);
    }
    return (wanted & Permissions.EXECUTE) == 0
        && ((wanted & Permissions.WRITE) == 0 || some.test(who));
  }

  @Override
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    gate.pass((Task) caller);
    return new Open(path, flags, caller.credentials());
  }

  private final class Open extends OpenFile {
    private final Credentials opener;
    private byte @Nullable [] contents;

    Open(VfsPath path, int flags, Credentials opener) throws Errno {
      super(path, flags);
      this.opener = opener;
    }

    @Override
    protected long readAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      byte[] bytes = contents;
      if (bytes == null || offset == 0) {
        bytes = text.read((Task) caller, opener).getBytes(StandardCharsets.ISO_8859_1);
        contents = bytes;
      }
      if (offset >= bytes.length) {
        return 0;
      }
      int length = (int) Math.min(buffer.remaining(), bytes.length - offset);
      return buffer.put(bytes, (int) offset, length);
    }

    @Override
    protected long writeAt(Caller caller, IoBuffer buffer, long offset) throws Errno {
      if (setting == null) {
        throw Errno.EINVAL;
      }
      byte[] bytes = new byte[(int) Math.min(buffer.remaining(), LONGEST_SETTING)];
      int length = buffer.get(bytes, 0, bytes.length);
      setting.write((Task) caller, new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
      return length;
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
