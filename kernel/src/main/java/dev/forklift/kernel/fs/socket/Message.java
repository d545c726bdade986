package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.vfs.OpenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bytes under way, with what goes with them.
final class Message {
  private final byte[] bytes;
  private final UnixSocket sender;
  private final SocketAddress from;
  private final @Nullable SocketCredentials credentials;
  private final boolean urgent;
  private @Nullable UnixSocket receiver;
  private List<OpenFile> files;
  private int taken;
  private int charge;

  /// @param sender whose buffer the bytes count against
  Message(
      byte[] bytes,
      UnixSocket sender,
      List<OpenFile> files,
      @Nullable SocketCredentials credentials) {
    this(bytes, sender, files, credentials, false);
  }

  /// @param urgent whether it is sent out of band
  Message(
      byte[] bytes,
      UnixSocket sender,
      List<OpenFile> files,
      @Nullable SocketCredentials credentials,
      boolean urgent) {
    this.urgent = urgent;
    this.bytes = bytes;
    this.sender = sender;
    this.from = sender.localAddress();
    this.files = files;
    this.credentials = credentials;
    this.charge = bytes.length + UnixSocket.OVERHEAD;
    files.forEach(OpenFile::retain);
    sender.charge(charge);
  }

  /// It waits in a socket's queue.
  void deliveredTo(UnixSocket socket) {
    receiver = socket;
    sender.sockets().inFlight().sent(this);
  }

  /// Where it can be received: a connection that has not been accepted is its listener's.
  UnixSocket receiver() {
    UnixSocket at = receiver;
    if (at == null) {
      throw new IllegalStateException("a message that has not been delivered");
    }
    return at.acceptor();
  }

  boolean isUrgent() {
    return urgent;
  }

  /// Those of its files that are sockets, one as often as it has it.
  List<UnixSocket> sockets() {
    return files.stream().filter(UnixSocket.class::isInstance).map(UnixSocket.class::cast).toList();
  }

  byte[] bytes() {
    return bytes;
  }

  int offset() {
    return taken;
  }

  int remaining() {
    return bytes.length - taken;
  }

  void take(int count) {
    taken += count;
  }

  SocketAddress from() {
    return from;
  }

  @Nullable SocketCredentials credentials() {
    return credentials;
  }

  boolean hasFiles() {
    return !files.isEmpty();
  }

  /// Hands the files over with their references.
  List<OpenFile> takeFiles() {
    sender.sockets().inFlight().landed(this);
    List<OpenFile> result = files;
    files = List.of();
    return result;
  }

  /// Hands references of the receiver's own over (MSG_PEEK).
  List<OpenFile> copyFiles() {
    files.forEach(OpenFile::retain);
    return files;
  }

  /// It has been received, or is lost.
  void end() {
    takeFiles().forEach(OpenFile::release);
    if (charge != 0) {
      sender.charge(-charge);
      charge = 0;
    }
  }
}
