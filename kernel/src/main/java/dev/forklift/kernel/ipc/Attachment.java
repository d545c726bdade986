package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.RegularFile;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// A segment of shared memory as shmat(2) has attached it: the file that its regions show, in the
/// memory of the caller and of those forked since.
public final class Attachment extends RegularFile {
  /// Who tells of attaching and detaching, which happens wherever memory is forked and given up.
  public interface Witness {
    /// The process that runs now, or null.
    @Nullable Object process();

    /// Seconds since 1970.
    long now();
  }

  private final SharedSegment segment;
  private final Witness witness;

  Attachment(SharedSegment segment, VfsPath path, int flags, Witness witness) throws Errno {
    super(path, flags);
    this.segment = segment;
    this.witness = witness;
  }

  /// The segment.
  public SharedSegment segment() {
    return segment;
  }

  /// Memories that show it.
  int holders() {
    return references();
  }

  @Override
  protected void onRetained() {
    Object process = witness.process();
    if (process != null) {
      segment.attachedBy(process, witness.now());
    }
  }

  @Override
  protected void onReleased() {
    segment.detachedBy(witness.process(), witness.now());
  }

  @Override
  protected void onClose() {
    segment.closed(this);
    segment.detachedBy(witness.process(), witness.now());
  }
}
