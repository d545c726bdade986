package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.vfs.OpenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What goes with bytes that are sent.
///
/// @param address where to, or null for whoever the socket is connected to
/// @param files open files to hand over (SCM_RIGHTS); the message takes references of its own
/// @param credentials what the sender says that it is (SCM_CREDENTIALS), checked
/// @param flags MSG_*
public record Outgoing(
    @Nullable SocketAddress address,
    List<OpenFile> files,
    @Nullable SocketCredentials credentials,
    int flags) {
  public Outgoing {
    files = List.copyOf(files);
  }

  static Outgoing plain(int flags) {
    return new Outgoing(null, List.of(), null, flags);
  }
}
