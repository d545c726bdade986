package dev.forklift.cli;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.fs.host.HostFileSystem;
import dev.forklift.kernel.fs.host.HostIdentity;
import dev.forklift.kernel.fs.host.HostNames;
import dev.forklift.kernel.machine.RootBuilder;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.DirectoryChanges;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystems;
import dev.forklift.kernel.vfs.KernelBuffer;
import dev.forklift.kernel.vfs.MountNamespace;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.vfs.PathWalk;
import dev.forklift.kernel.vfs.VfsPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What of the host's files a guest sees, and where.
final class GuestFiles implements RootBuilder {
  private static final List<String> SEARCHED =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /// Folders that the kernel mounts something of its own on.
  private static final List<String> OWN = List.of("/dev", "/proc", "/sys");

  /// Where a program is put whose folder cannot be shown.
  private static final String COPIES = "/forklift";

  private final GuestRoot root;
  private final List<Volume> volumes;
  private final GuestUser user;
  private final @Nullable String folder;
  private final String program;
  private final Path here = CommandLineBytes.currentFolder();

  private String programPath;
  private String startFolder = "/";
  private boolean found;
  private @Nullable String refusal;

  /// @param folder where the guest is to start, or null
  /// @param program what it is to run, as it was typed
  GuestFiles(
      GuestRoot root, List<Volume> volumes, GuestUser user, @Nullable String folder, String program)
      throws IOException {
    for (Volume volume : volumes) {
      if (!Files.exists(onHost(volume.host()))) {
        throw new IOException("-v " + volume.host() + ": no such file or folder");
      }
    }
    this.root = root;
    this.volumes = List.copyOf(volumes);
    this.user = user;
    this.folder = folder;
    this.program = program;
    this.programPath = this.program;
  }

  // Known once the root is there.

  /// Where the program is in the guest.
  String programPath() {
    return programPath;
  }

  /// Where the guest starts.
  String folder() {
    return startFolder;
  }

  /// Says whether the program is anywhere.
  boolean isFound() {
    return found;
  }

  /// Why the program cannot be executed, as far as it can be seen in advance, or null.
  @Nullable String refusal() {
    return refusal;
  }

  // Building the root.

  @Override
  public FileSystem root(FileSystems systems, FrameBudget budget) throws IOException {
    return root.create(systems, budget, identity());
  }

  private HostIdentity identity() {
    return HostIdentity.as(user.uid(), user.gid());
  }

  @Override
  public void populate(
      Caller caller, FileSystems systems, FrameBudget budget, MountNamespace mounts)
      throws Errno, IOException {
    if (root instanceof GuestRoot.Bare) {
      for (String name : List.of("/dev", "/proc", "/sys", "/tmp")) {
        makeFolders(caller, name);
      }
    }
    for (Volume volume : volumes) {
      FileSystem shown = HostFileSystem.open(systems, budget, onHost(volume.host()), identity());
      shown.setReadOnly(volume.readOnly());
      mount(caller, mounts, shown, volume.guest(), volume.readOnly());
    }
    boolean hereIsThere = showCurrentFolder(caller, systems, budget, mounts);
    if (folder != null) {
      VfsPath start = find(caller, folder);
      if (!folder.startsWith("/") || start == null || !start.inode().isDirectory()) {
        throw new IOException("-w " + folder + ": not an absolute path of a folder in the guest");
      }
      startFolder = folder;
    } else if (hereIsThere) {
      startFolder = HostNames.inGuest(here);
    }
    findProgram(caller, systems, budget, mounts, hereIsThere);
  }

  /// Mounts the current folder under its own name, unless that would hide something.
  ///
  /// @return whether it can be seen there
  private boolean showCurrentFolder(
      Caller caller, FileSystems systems, FrameBudget budget, MountNamespace mounts)
      throws Errno, IOException {
    String name = HostNames.inGuest(here);
    if (volumes.stream().anyMatch(volume -> isWithin(name, volume.guest()))) {
      return find(caller, name) != null;
    }
    if (name.equals("/") || OWN.stream().anyMatch(own -> isWithin(name, own))) {
      return false;
    }
    VfsPath there = find(caller, name);
    if ((there != null && !isEmptyFolder(there)) || !HostFileSystem.isAvailable()) {
      return false;
    }
    mount(caller, mounts, HostFileSystem.open(systems, budget, here, identity()), name, false);
    return true;
  }

  private static boolean isWithin(String path, String folder) {
    return path.equals(folder) || path.startsWith(folder.endsWith("/") ? folder : folder + "/");
  }

  private static boolean isEmptyFolder(VfsPath path) throws Errno {
    boolean[] empty = {path.inode().isDirectory()};
    if (empty[0]) {
      var _ =
          path.inode()
              .list(
                  2,
                  (name, ino, type, next) -> {
                    empty[0] = false;
                    return false;
                  });
    }
    return empty[0];
  }

  private static void mount(
      Caller caller, MountNamespace mounts, FileSystem shown, String place, boolean readOnly)
      throws Errno {
    if (shown.root().inode().isDirectory()) {
      makeFolders(caller, place);
    } else if (find(caller, place) == null) {
      makeFolders(caller, place.substring(0, place.lastIndexOf('/')));
      var _ = DirectoryChanges.mknod(caller, null, place, FileMode.S_IFREG | 0444, 0);
    }
    int flags = readOnly ? MountFlags.MS_RDONLY : 0;
    var _ = mounts.mount(shown, "host", PathWalk.lookup(caller, null, place, true), flags);
  }

  private void findProgram(
      Caller caller,
      FileSystems systems,
      FrameBudget budget,
      MountNamespace mounts,
      boolean hereIsThere)
      throws Errno, IOException {
    if (!findInGuest(caller, hereIsThere)) {
      Path typed = onHost(program);
      if (program.isEmpty() || !Files.exists(typed)) {
        return;
      }
      Path onHost = realPlace(typed);
      programPath = HostNames.inGuest(onHost);
      found = true;
      if (!Files.isRegularFile(onHost)) {
        refusal = "not a regular file";
        return;
      }
      if (HostFileSystem.isAvailable()) {
        FileSystem alone = HostFileSystem.open(systems, budget, onHost, identity());
        alone.setReadOnly(true);
        mount(caller, mounts, alone, programPath, true);
      } else {
        makeFolders(caller, COPIES);
        programPath = COPIES + "/" + HostNames.lastInGuest(onHost);
        copy(caller, Files.readAllBytes(onHost), programPath);
      }
    }
    refusal = ProgramCheck.refusal(caller, Objects.requireNonNull(find(caller, programPath)));
    found = true;
  }

  /// Where no folder of the host can be shown, the program's bytes alone come into the guest. Such
  /// a host may have no execute permission to go by.
  private static void copy(Caller caller, byte[] bytes, String path) throws Errno {
    var _ = DirectoryChanges.mknod(caller, null, path, FileMode.S_IFREG | 0755, 0);
    OpenFile file = Opening.open(caller, null, path, OpenFlags.O_WRONLY, 0);
    KernelBuffer buffer = KernelBuffer.of(bytes, 0, bytes.length);
    while (buffer.remaining() > 0) {
      var _ = file.write(caller, buffer);
    }
    file.release();
  }

  private Path onHost(String name) {
    return HostNames.onHost(name, here);
  }

  /// Where a file of the host really is: folders that are symbolic links may lead nowhere in the
  /// guest.
  private static Path realPlace(Path path) throws IOException {
    Path parent = path.getParent();
    return parent == null ? path : parent.toRealPath().resolve(path.getFileName());
  }

  private boolean findInGuest(Caller caller, boolean hereIsThere) {
    if (program.indexOf('/') < 0) {
      for (String place : SEARCHED) {
        if (isFound(caller, place + "/" + program)) {
          return true;
        }
      }
    } else if (program.startsWith("/")) {
      return isFound(caller, program);
    }
    // Relative ones are the current folder's, wherever the guest starts.
    return hereIsThere && isFound(caller, HostNames.inGuest(here) + "/" + program);
  }

  private boolean isFound(Caller caller, String path) {
    VfsPath place = find(caller, path);
    boolean is = place != null && place.inode().isRegular();
    if (is) {
      programPath = path;
    }
    return is;
  }

  private static @Nullable VfsPath find(Caller caller, String path) {
    try {
      return PathWalk.lookup(caller, null, path, true);
    } catch (Errno e) {
      return null;
    }
  }

  /// Makes a folder of the guest with all above it, where they are missing.
  private static void makeFolders(Caller caller, String path) throws Errno {
    for (int end = path.indexOf('/', 1); !path.isEmpty(); end = path.indexOf('/', end + 1)) {
      String part = end < 0 ? path : path.substring(0, end);
      if (find(caller, part) == null) {
        DirectoryChanges.mkdir(caller, null, part, 0755);
      }
      if (end < 0) {
        return;
      }
    }
  }
}
