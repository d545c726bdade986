package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.vfs.OpenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What comes with bytes that are received.
///
/// @param count the result of recvmsg(2)
/// @param address where from, or null if a stream does not say
/// @param files files handed over; their references are the receiver's
/// @param credentials who sent it, if the socket wants to know
/// @param flags MSG_TRUNC and MSG_EOR as they apply
public record Incoming(
    long count,
    @Nullable SocketAddress address,
    List<OpenFile> files,
    @Nullable SocketCredentials credentials,
    int flags) {
  static Incoming plain(long count) {
    return new Incoming(count, null, List.of(), null, 0);
  }

  /// Gives up files that nobody wants.
  public void discardFiles() {
    files.forEach(OpenFile::release);
  }
}
