package dev.forklift.kernel.ipc;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.cred.Capability;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.VfsPath;

/// The segments of shared memory of an IPC namespace (shmget(2), shmop(2), shmctl(2)).
public final class SharedMemory extends IpcTable<SharedSegment> {
  /// Makes the files that segments are.
  @FunctionalInterface
  public interface Store {
    VfsPath make(String description, NewInode attributes, long ino, long size) throws Errno;
  }

  private static final int SHM_HUGETLB = 04000;

  /// No limit, as a word of the guest's can say it.
  private static final long UNLIMITED = 0xffff_ffffL - (1 << 24);

  private long maximumSize = UNLIMITED;
  private long maximumPages = UNLIMITED;
  private long pages;
  private int pageShift = 12;

  SharedMemory(UserNamespace owner) {
    super(owner, 4096);
  }

  /// How large a segment may be, in bytes.
  public long maximumSize() {
    return maximumSize;
  }

  public void setMaximumSize(long bytes) {
    maximumSize = bytes;
  }

  /// How large all segments together may be, in pages.
  public long maximumPages() {
    return maximumPages;
  }

  public void setMaximumPages(long newMaximum) {
    maximumPages = newMaximum;
  }

  /// How large all segments together are, in pages.
  public long pages() {
    return pages;
  }

  /// How many of them are in memory.
  public long residentPages() {
    return all().stream().mapToLong(SharedSegment::residentBytes).sum() >> pageShift;
  }

  /// shmget(2).
  ///
  /// @param largest how much memory there is
  public int get(IpcUser user, Store store, int shift, long largest, int key, long size, int flags)
      throws Errno {
    pageShift = shift;
    return find(
        user,
        key,
        flags,
        () -> make(user, store, largest, key, size, flags),
        found -> {
          if (Long.compareUnsigned(found.size(), size) < 0) {
            throw Errno.EINVAL;
          }
        });
  }

  private SharedSegment make(IpcUser user, Store store, long largest, int key, long size, int flags)
      throws Errno {
    if (size == 0 || Long.compareUnsigned(size, maximumSize) > 0) {
      throw Errno.EINVAL;
    }
    if (pagesOf(size) > maximumPages - pages) {
      throw Errno.ENOSPC;
    }
    // There are no huge pages.
    if ((flags & SHM_HUGETLB) != 0) {
      throw Errno.EINVAL;
    }
    if (size > largest) {
      throw Errno.ENOMEM;
    }
    SharedSegment segment = new SharedSegment(this, key, flags, size, user);
    ids().add(segment, limit());
    boolean made = false;
    try {
      segment.setFile(
          store.make(
              "/SYSV%08x (deleted)".formatted(key),
              new NewInode(FileMode.S_IFREG | segment.mode(), segment.uid(), segment.gid(), 0),
              segment.id(),
              size));
      made = true;
    } finally {
      if (!made) {
        ids().remove(segment);
      }
    }
    pages += pagesOf(size);
    return segment;
  }

  private long pagesOf(long size) {
    return (size + (1L << pageShift) - 1) >> pageShift;
  }

  @Override
  void remove(SharedSegment segment) {
    if (segment.attached() == 0) {
      destroy(segment);
    } else {
      segment.makePrivate();
      segment.setModeFlag(SharedSegment.SHM_DEST, true);
    }
  }

  void destroy(SharedSegment segment) {
    ids().remove(segment);
    segment.unlock();
    pages -= pagesOf(segment.size());
    segment.dissolve();
  }

  /// The first half of shmat(2): opens a segment, to be mapped.
  ///
  /// @param wanted of READ, WRITE and EXECUTE
  public Attachment open(
      IpcUser user, int id, int wanted, int openFlags, Attachment.Witness witness) throws Errno {
    return require(user, id, wanted).open(openFlags, witness);
  }

  /// SHM_LOCK and SHM_UNLOCK, which change nothing but what is told and counted: nothing is ever
  /// swapped out.
  ///
  /// @throws Errno ENOMEM if the user would have locked more than RLIMIT_MEMLOCK allows
  public void lock(IpcUser user, ResourceLimits limits, int id, boolean locked) throws Errno {
    SharedSegment segment = ids().get(id);
    if (!user.credentials().hasIn(owner(), Capability.IPC_LOCK)
        && (!segment.isOwnedBy(user.credentials())
            || (locked && limits.soft(ResourceLimits.RLIMIT_MEMLOCK) == 0))) {
      throw Errno.EPERM;
    }
    if (!locked) {
      segment.unlock();
    } else if (!segment.isLocked()) {
      long limit = limits.soft(ResourceLimits.RLIMIT_MEMLOCK);
      segment.lock(
          user.credentials(), pagesOf(segment.size()), limit < 0 ? limit : limit >> pageShift);
    }
  }
}
