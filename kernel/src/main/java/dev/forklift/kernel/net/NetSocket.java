package dev.forklift.kernel.net;

/// A socket, as far as the network it is in has to know.
public interface NetSocket {
  /// Its line in /proc/net/unix, without the number in front.
  String description();
}
