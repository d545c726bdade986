package dev.forklift.cli;

import dev.forklift.engine.memory.FrameBudget;
import dev.forklift.engine.memory.MemoryFile;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.fs.tmpfs.Origin;
import dev.forklift.kernel.fs.tmpfs.Tmpfs;
import dev.forklift.kernel.machine.RootBuilder;
import dev.forklift.kernel.vfs.FileSystem;
import dev.forklift.kernel.vfs.FileSystems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What of the host's files a guest sees, and where.
final class GuestFiles implements RootBuilder {
  private final String programPath;
  private final String folder;

  private GuestFiles(String programPath, String folder) {
    this.programPath = programPath;
    this.folder = folder;
  }

  /// Works out what to mount.
  static GuestFiles plan(
      @Nullable String root, List<String> volumes, @Nullable String folder, String program)
      throws IOException {
    return new GuestFiles(program, "/");
  }

  String programPath() {
    return programPath;
  }

  String folder() {
    return folder;
  }

  @Override
  public FileSystem root(FileSystems systems, FrameBudget budget) throws IOException {
    throw new IOException("under construction");
  }
}
