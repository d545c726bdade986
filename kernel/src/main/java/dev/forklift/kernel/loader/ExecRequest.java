package dev.forklift.kernel.loader;

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
    List<String> arguments,
    List<String> environment) {
  public ExecRequest {
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
  }

  /// A program by its path, as execve(2) takes it.
  public static ExecRequest of(String path, List<String> arguments, List<String> environment) {
    return new ExecRequest(null, path, 0, path, false, arguments, environment);
  }
}
