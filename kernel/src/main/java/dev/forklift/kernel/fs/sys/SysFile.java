package dev.forklift.kernel.fs.sys;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.NewInode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.RegularFile;
import dev.forklift.kernel.vfs.VfsPath;
import java.nio.charset.StandardCharsets;

/// A file of /sys with one value that can only be read. As all of them it says it had a page.
final class SysFile extends Inode {
  private final byte[] text;

  SysFile(SysFileSystem fileSystem, long ino, String text) {
    super(fileSystem, ino, new NewInode(FileMode.S_IFREG | 0444, 0, 0, 0));
    this.text = text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public long size() {
    return fileSystem().blockSize();
  }

  @Override
  public OpenFile open(Caller caller, VfsPath path, int flags) throws Errno {
    if (OpenFlags.writes(flags)) {
      throw Errno.EACCES;
    }
    return new RegularFile(path, flags) {
      @Override
      protected int readContents(long offset, byte[] bytes, int length) {
        int count = Math.clamp(text.length - offset, 0, length);
        System.arraycopy(text, (int) Math.min(offset, text.length), bytes, 0, count);
        return count;
      }
    };
  }
}
