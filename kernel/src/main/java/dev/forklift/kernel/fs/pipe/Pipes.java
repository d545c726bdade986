package dev.forklift.kernel.fs.pipe;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NamelessFileSystem;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.IdentityHashMap;

/// All pipes of a kernel.
public final class Pipes {
  private static final long PIPEFS_MAGIC = 0x50495045;

  /// The two ends of a new pipe.
  public record Ends(OpenFile reader, OpenFile writer) {}

  private final NamelessFileSystem fileSystem;
  private final IdentityHashMap<Inode, Pipe> fifos = new IdentityHashMap<>();

  /// Also makes FIFOs work in all file systems.
  public Pipes(FileSystems systems) {
    fileSystem = new NamelessFileSystem(systems, "pipefs", PIPEFS_MAGIC);
    systems.registerFifos(this::openFifo);
  }

  /// Where pipes are.
  public NamelessFileSystem fileSystem() {
    return fileSystem;
  }

  /// Makes a pipe.
  ///
  /// @param flags O_NONBLOCK and O_DIRECT count
  public Ends create(Caller caller, int flags) throws Errno {
    Credentials who = caller.credentials();
    long ino = fileSystem.newFileNumber();
    PipeInode inode =
        new PipeInode(
            fileSystem, ino, new NewInode(FileMode.S_IFIFO | 0600, who.fsuid(), who.fsgid(), 0));
    VfsPath path = fileSystem.nameless(inode, "pipe:[" + ino + "]");
    int status = flags & (OpenFlags.O_NONBLOCK | OpenFlags.O_DIRECT);
    OpenFile writer = new PipeFile(path, status | OpenFlags.O_WRONLY, inode.pipe, Pipes::nothing);
    OpenFile reader = new PipeFile(path, status & OpenFlags.O_NONBLOCK, inode.pipe, Pipes::nothing);
    return new Ends(reader, writer);
  }

  private OpenFile openFifo(Caller caller, VfsPath path, int flags) throws Errno {
    Inode inode = path.inode();
    Pipe pipe = fifos.computeIfAbsent(inode, i -> new Pipe());
    try {
      return open(caller, path, flags, pipe, () -> fifos.remove(inode));
    } finally {
      if (pipe.isUnused()) {
        fifos.remove(inode);
      }
    }
  }

  /// Opens an end, waiting for the other one to be opened as fifo(7) has it.
  private static OpenFile open(Caller caller, VfsPath path, int flags, Pipe pipe, Runnable onUnused)
      throws Errno {
    boolean nonblocking = (flags & OpenFlags.O_NONBLOCK) != 0;
    int mode = flags & OpenFlags.O_ACCMODE;
    if (mode == OpenFlags.O_ACCMODE) {
      throw Errno.EINVAL;
    }
    if (mode == OpenFlags.O_WRONLY && nonblocking && !pipe.hasReaders()) {
      throw Errno.ENXIO;
    }
    PipeFile file = new PipeFile(path, flags, pipe, onUnused);
    try {
      if (mode == OpenFlags.O_RDONLY && !nonblocking) {
        pipe.awaitWriter(caller);
      } else if (mode == OpenFlags.O_WRONLY) {
        pipe.awaitReader(caller);
      }
    } catch (Errno e) {
      file.release();
      throw e;
    }
    return file;
  }

  private static void nothing() {}

  private static final class PipeInode extends Inode {
    private final Pipe pipe = new Pipe();

    PipeInode(NamelessFileSystem fileSystem, long ino, NewInode attributes) {
      super(fileSystem, ino, attributes);
    }

    /// Opened again through /proc/PID/fd. Unlike a FIFO it does not wait for its other end.
    @Override
    public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
      if ((flags & OpenFlags.O_ACCMODE) == OpenFlags.O_ACCMODE) {
        throw Errno.EINVAL;
      }
      return new PipeFile(path, flags, pipe, Pipes::nothing);
    }
  }
}
