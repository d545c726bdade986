package dev.forklift.cli;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.kernel.fs.host.FolderOrigin;
import dev.forklift.kernel.fs.host.HostFileSystem;
import dev.forklift.kernel.fs.host.HostIdentity;
import dev.forklift.kernel.fs.host.HostNames;
import dev.forklift.kernel.fs.image.ImageCache;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What is at the guest's `/`.
sealed interface GuestRoot {
  /// Nothing.
  record Bare() implements GuestRoot {
    @Override
    public FileSystem create(FileSystems systems, FrameBudget budget, HostIdentity identity) {
      return new Tmpfs(systems, "tmpfs", budget, 0755);
    }
  }

  /// An image; what the guest changes is forgotten.
  record Image(String name, Path file) implements GuestRoot {
    @Override
    public FileSystem create(FileSystems systems, FrameBudget budget, HostIdentity identity)
        throws IOException {
      ImageCache cache =
          new ImageCache(cacheFolder(), line -> System.err.println("forklift: " + line));
      try {
        return new Tmpfs(systems, "tmpfs", budget, cache.root(file));
      } catch (IOException e) {
        throw new IOException("-L " + name + ": " + e.getMessage(), e);
      }
    }
  }

  /// A folder; what the guest changes is forgotten, or really changed there.
  record Folder(Path path, boolean writable) implements GuestRoot {
    @Override
    public FileSystem create(FileSystems systems, FrameBudget budget, HostIdentity identity)
        throws IOException {
      return writable
          ? HostFileSystem.open(systems, budget, path, identity)
          : new Tmpfs(systems, "tmpfs", budget, FolderOrigin.of(path, identity));
    }
  }

  /// Reads what is behind `-L`.
  ///
  /// @throws IOException with a message for the user
  static GuestRoot of(@Nullable String text) throws IOException {
    if (text == null) {
      return new Bare();
    }
    boolean writable = text.endsWith(":rw");
    String name = writable ? text.substring(0, text.length() - 3) : text;
    Path path = HostNames.onHost(name, CommandLineBytes.currentFolder());
    if (!Files.exists(path)) {
      throw new IOException("-L " + name + ": no such file or folder");
    }
    if (Files.isDirectory(path)) {
      return new Folder(path, writable);
    }
    if (!Files.isRegularFile(path)) {
      throw new IOException("-L " + name + ": neither a folder nor an image");
    }
    if (writable) {
      throw new IOException("-L " + name + ": an image cannot be written; only a folder takes :rw");
    }
    return new Image(name, path);
  }

  /// Makes it.
  FileSystem create(FileSystems systems, FrameBudget budget, HostIdentity identity)
      throws IOException;

  private static Path cacheFolder() {
    Path here = CommandLineBytes.currentFolder();
    String cache = CommandLineBytes.environment("XDG_CACHE_HOME");
    if (cache != null && cache.startsWith("/")) {
      return HostNames.onHost(cache + "/forklift", here);
    }
    String home = CommandLineBytes.environment("HOME");
    return home != null && home.startsWith("/")
        ? HostNames.onHost(home + "/.cache/forklift", here)
        : Path.of("/").resolve(System.getProperty("user.home")).resolve(".cache/forklift");
  }
}
