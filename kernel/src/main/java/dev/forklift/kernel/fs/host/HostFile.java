package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostStatus;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A regular file of the host.
///
/// Reads and writes go to the host. Only a mapping needs pages, which are filled from the host;
/// what the guest writes goes into them as well, and what it stores into shared ones is brought to
/// the host before the guest reads the file and when it closes it.
final class HostFile extends HostInode {
  private volatile @Nullable HostContents contents;
  private @Nullable MemoryFile memory;
  private @Nullable HostStatus leftAt;
  private boolean storedInto;
  private int users;

  HostFile(
      HostFileSystem host,
      HostDirectory parent,
      String name,
      HostStatus status,
      long ino,
      NewInode shown) {
    super(host, parent, name, status, ino, shown);
  }

  /// It has just been made, and is still open.
  void startWith(HostContents fresh) {
    close();
    contents = fresh;
    host().becameIdle(this);
  }

  @Override
  HostStatus ask() throws Errno {
    HostContents open = contents;
    return open == null ? super.ask() : open.status();
  }

  @Override
  protected void refresh() throws Errno {
    if (contents != null || nlink() > 0) {
      update(ask());
      MemoryFile pages = memory;
      if (pages != null && seen().size() < pages.size()) {
        // The host has cut it: mappings end where it ends now.
        pages.setSize(seen().size());
      }
    }
  }

  @Override
  public long size() {
    try {
      refresh();
    } catch (Errno e) {
      return seen().size();
    }
    return seen().size();
  }

  @Override
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    acquire(OpenFlags.writes(flags));
    try {
      return new HostOpenFile(path, flags, this);
    } catch (Errno e) {
      release();
      throw e;
    }
  }

  /// Somebody uses the contents.
  private void acquire(boolean writing) throws Errno {
    HostContents open = contents;
    if (open == null || (writing && !open.isWritable())) {
      HostContents fresh = requireParent().folder().file(name(), writing);
      try {
        requireSame(fresh.status());
      } catch (Errno e) {
        fresh.close();
        throw e;
      }
      close();
      contents = fresh;
    }
    if (users++ == 0) {
      host().noLongerIdle(this);
      forgetPagesIfChanged();
    }
  }

  private void forgetPagesIfChanged() throws Errno {
    MemoryFile pages = memory;
    HostStatus left = leftAt;
    if (pages != null && (left == null || !left.hasSameContents(contents().status()))) {
      pages.release();
      memory = null;
    }
  }

  /// Somebody uses the contents no more.
  void release() {
    if (--users > 0) {
      return;
    }
    try {
      if (memory != null) {
        flush();
        leftAt = contents().status();
      }
    } catch (Errno e) {
      leftAt = null;
    }
    storedInto = false;
    close();
    if (nlink() == 0) {
      giveUp();
    } else if (memory != null) {
      host().becameIdle(this);
    }
  }

  private void close() {
    HostContents open = contents;
    if (open != null) {
      contents = null;
      host().systems().deferred().deferBlocking(open::close);
    }
  }

  /// Gives pages and descriptor back, being unused.
  void giveUp() {
    if (users > 0) {
      return;
    }
    if (memory != null) {
      memory.release();
      memory = null;
    }
    close();
  }

  @Override
  protected void onUnused() {
    host().noLongerIdle(this);
    giveUp();
  }

  private HostContents contents() throws Errno {
    HostContents open = contents;
    if (open == null) {
      throw Errno.ESTALE;
    }
    return open;
  }

  // Contents.

  int read(long offset, byte[] bytes, int length) throws Errno {
    if (storedInto) {
      flush();
    }
    return contents().read(offset, bytes, 0, length);
  }

  int write(long offset, byte[] bytes, int length) throws Errno {
    int written = contents().write(offset, bytes, 0, length);
    MemoryFile pages = memory;
    if (pages != null) {
      try {
        var _ = pages.write(offset, bytes, 0, written);
      } catch (IOException e) {
        throw Errno.EIO;
      }
    }
    return written;
  }

  @Override
  public void setSize(long size) throws Errno {
    acquire(true);
    try {
      contents().setSize(size);
      if (memory != null) {
        memory.setSize(size);
      }
      refresh();
    } finally {
      release();
    }
  }

  /// The pages, for a mapping. Called while open.
  @Override
  public MemoryFile memoryFile() throws Errno {
    MemoryFile pages = memory;
    long size = size();
    if (pages != null && pages.size() != size) {
      // The host has changed it; mappings that are there keep what they show.
      flush();
      pages.release();
      pages = null;
    }
    if (pages == null) {
      pages = host().newMemory(this::fill, size);
      memory = pages;
    }
    return pages;
  }

  /// A mapping may store into the pages.
  void willBeStoredInto() {
    storedInto = true;
  }

  /// Fills a page. Called by whoever touches it, without the kernel lock.
  private void fill(long offset, byte[] page) throws IOException {
    HostContents open = contents;
    try {
      if (open == null) {
        throw Errno.ESTALE;
      }
      int count = open.read(offset, page, 0, page.length);
      if (count == 0) {
        throw new IOException("the host has cut the file short");
      }
    } catch (Errno e) {
      throw new IOException(e.text(), e);
    }
  }

  /// Brings to the host what was stored into shared pages.
  private void flush() throws Errno {
    MemoryFile pages = memory;
    if (pages == null) {
      return;
    }
    try {
      pages.flush(0, Long.MAX_VALUE, storedInto ? this::store : (offset, bytes, length) -> {});
    } catch (IOException e) {
      throw Errno.EIO;
    }
  }

  private void store(long offset, byte[] bytes, int length) throws IOException {
    try {
      HostContents open = contents();
      // Never past the end, should the host have cut it: a mapping does not lengthen a file.
      int part = (int) Math.min(length, open.status().size() - offset);
      for (int done = 0; done < part; ) {
        done += open.write(offset + done, bytes, done, part - done);
      }
    } catch (Errno e) {
      throw new IOException(e.text(), e);
    }
  }

  @Override
  public void sync() throws Errno {
    flush();
    HostContents open = contents;
    if (open != null && open.isWritable()) {
      open.sync();
    }
  }

  @Override
  void setPermissions(int permissions) throws Errno {
    HostContents open = contents;
    if (open == null) {
      super.setPermissions(permissions);
    } else {
      open.setPermissions(permissions);
    }
  }
}
