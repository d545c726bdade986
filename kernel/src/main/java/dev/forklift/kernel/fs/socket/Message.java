package dev.forklift.kernel.fs.socket;

import dev.forklift.kernel.vfs.OpenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bytes under way, with what goes with them.
final class Message {
  private final byte[] bytes;
  private final @Nullable UnixSocket sender;
  private final SocketAddress from;
  private final @Nullable SocketCredentials credentials;
  private List<OpenFile> files;
  private int taken;
  private int charge;

  /// @param sender whose buffer the bytes count against
  Message(
      byte[] bytes,
      UnixSocket sender,
      List<OpenFile> files,
      @Nullable SocketCredentials credentials) {
    this.bytes = bytes;
    this.sender = sender;
    this.from = sender.localAddress();
    this.files = files;
    this.credentials = credentials;
    this.charge = bytes.length + UnixSocket.OVERHEAD;
    files.forEach(OpenFile::retain);
    sender.charge(charge);
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
    if (sender != null) {
      sender.charge(-charge);
    }
    charge = 0;
  }
}
