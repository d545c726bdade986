/// A network that a guest sees without any right on the host: what it sends goes through ordinary
/// sockets of this process, and nobody outside sees the guest.
package dev.forklift.board.net;
