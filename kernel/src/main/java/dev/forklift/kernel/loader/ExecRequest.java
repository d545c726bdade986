package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.vfs.VfsPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is to be executed, and what it is to be told.
///
/// @param start where a relative path begins, or null for the current folder
/// @param path may be empty with AT_EMPTY_PATH: the file is `start` itself then
/// @param flags AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
/// @param fileName the name that the program learns (AT_EXECFN): the path, or /dev/fd/N/path
/// @param fileNameVanishes whether that name leads nowhere after exec, since its descriptor is
///   closed then: a script's interpreter could not open it
public record ExecRequest(
    @Nullable VfsPath start,
    String path,
    int flags,
    String fileName,
    boolean fileNameVanishes,
    Strings arguments,
    Strings environment) {
  /// Strings that are read only after the file has been found: an error of the file comes first.
  @FunctionalInterface
  public interface Strings {
    List<String> read() throws Errno;
  }

  /// With strings that are there already.
  public ExecRequest(
      @Nullable VfsPath start,
      String path,
      int flags,
      String fileName,
      boolean fileNameVanishes,
      List<String> arguments,
      List<String> environment) {
    this(start, path, flags, fileName, fileNameVanishes, () -> arguments, () -> environment);
  }

  /// A program by its path, as execve(2) takes it.
  public static ExecRequest of(String path, List<String> arguments, List<String> environment) {
    return new ExecRequest(null, path, 0, path, false, arguments, environment);
  }
}
