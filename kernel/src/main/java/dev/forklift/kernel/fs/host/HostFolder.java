package dev.forklift.kernel.fs.host;

import dev.forklift.engine.host.HostCalls;
import dev.forklift.engine.host.HostStatus;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.FileSystemStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An open folder of the host. Names are single names in it, one char a byte; a symbolic link is
/// never followed.
interface HostFolder extends AutoCloseable {
  /// A name in a folder, with the type of what it names.
  record Entry(String name, long ino, int type) {}

  /// Opens a folder by its path, as whoever gave it on the command line means it: links in it are
  /// followed.
  static HostFolder open(Path path) throws IOException {
    if (!HostCalls.areAvailable()) {
      throw new IOException("folders of the host need Linux on x86-64 or aarch64");
    }
    return LinuxFolder.open(path);
  }

  /// About the folder itself.
  HostStatus status() throws Errno;

  /// About an entry.
  HostStatus status(String name) throws Errno;

  /// Opens a folder in it.
  HostFolder folder(String name) throws Errno;

  /// Opens a regular file in it.
  HostContents file(String name, boolean writable) throws Errno;

  /// Makes a regular file, open for reading and writing.
  HostContents makeFile(String name, int permissions) throws Errno;

  void makeFolder(String name, int permissions) throws Errno;

  /// Makes a FIFO or socket.
  ///
  /// @param mode type and permissions
  void makeSpecial(String name, int mode) throws Errno;

  void makeSymlink(String name, String target) throws Errno;

  String readlink(String name) throws Errno;

  /// Gives an entry another name, here or in another folder.
  void link(String name, HostFolder newFolder, String newName) throws Errno;

  /// Removes a file, or an empty folder.
  void remove(String name, boolean isFolder) throws Errno;

  void rename(String name, HostFolder newFolder, String newName, boolean exchange) throws Errno;

  void setPermissions(String name, int permissions) throws Errno;

  /// Sets those times that are not null.
  void setTimes(String name, @Nullable Long access, @Nullable Long modify) throws Errno;

  /// Changes the folder's own permissions.
  void setPermissions(int permissions) throws Errno;

  /// Sets the folder's own times.
  void setTimes(@Nullable Long access, @Nullable Long modify) throws Errno;

  /// All entries, without "." and "..".
  List<Entry> list() throws Errno;

  /// About the file system that it is on.
  FileSystemStatus fileSystem() throws Errno;

  void sync() throws Errno;

  @Override
  void close();
}
