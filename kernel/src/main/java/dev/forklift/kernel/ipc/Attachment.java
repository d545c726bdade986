package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.CountsRegions;
import dev.forklift.kernel.vfs.RegularFile;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// A segment of shared memory as shmat(2) has attached it: the file that its regions show, in the
/// memory of the caller and of those forked since.
public final class Attachment extends RegularFile implements CountsRegions {
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

  @Override
  public void regionsChanged(int change, boolean lessShown) {
    Object process = witness.process();
    // What is cut off is split first, which is attaching once more.
    boolean attaches = change > 0 || (change == 0 && lessShown);
    if (attaches && process != null) {
      segment.attachedBy(process, witness.now());
    }
    segment.countRegions(change);
    if (lessShown) {
      segment.detachedBy(process, witness.now());
    }
  }
}
