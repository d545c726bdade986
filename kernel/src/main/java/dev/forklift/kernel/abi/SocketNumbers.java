package dev.forklift.kernel.abi;

/// Numbers of socket(2), send(2), recv(2) and socket(7), as asm-generic has them.
public final class SocketNumbers {
  // spotless:off
  public static final int AF_UNSPEC  = 0;
  public static final int AF_UNIX    = 1;
  public static final int AF_NETLINK = 16;

  public static final int SOCK_STREAM    = 1;
  public static final int SOCK_DGRAM     = 2;
  public static final int SOCK_RAW       = 3;
  public static final int SOCK_SEQPACKET = 5;
  public static final int SOCK_TYPE_MASK = 0xf;
  public static final int SOCK_NONBLOCK  = 0x800;
  public static final int SOCK_CLOEXEC   = 0x80000;

  public static final int SHUT_RD   = 0;
  public static final int SHUT_WR   = 1;
  public static final int SHUT_RDWR = 2;

  public static final int MSG_OOB          = 0x1;
  public static final int MSG_PEEK         = 0x2;
  public static final int MSG_CTRUNC       = 0x8;
  public static final int MSG_TRUNC        = 0x20;
  public static final int MSG_DONTWAIT     = 0x40;
  public static final int MSG_EOR          = 0x80;
  public static final int MSG_WAITALL      = 0x100;
  public static final int MSG_ERRQUEUE     = 0x2000;
  public static final int MSG_NOSIGNAL     = 0x4000;
  public static final int MSG_WAITFORONE   = 0x10000;
  public static final int MSG_CMSG_CLOEXEC = 0x40000000;

  public static final int SOL_SOCKET = 1;

  public static final int SO_DEBUG       = 1;
  public static final int SO_REUSEADDR   = 2;
  public static final int SO_TYPE        = 3;
  public static final int SO_ERROR       = 4;
  public static final int SO_DONTROUTE   = 5;
  public static final int SO_BROADCAST   = 6;
  public static final int SO_SNDBUF      = 7;
  public static final int SO_RCVBUF      = 8;
  public static final int SO_KEEPALIVE   = 9;
  public static final int SO_OOBINLINE   = 10;
  public static final int SO_PRIORITY    = 12;
  public static final int SO_LINGER      = 13;
  public static final int SO_REUSEPORT   = 15;
  public static final int SO_PASSCRED    = 16;
  public static final int SO_PEERCRED    = 17;
  public static final int SO_RCVLOWAT    = 18;
  public static final int SO_SNDLOWAT    = 19;
  public static final int SO_RCVTIMEO    = 20;
  public static final int SO_SNDTIMEO    = 21;
  public static final int SO_TIMESTAMP   = 29;
  public static final int SO_ACCEPTCONN  = 30;
  public static final int SO_SNDBUFFORCE = 32;
  public static final int SO_RCVBUFFORCE = 33;
  public static final int SO_PROTOCOL    = 38;
  public static final int SO_DOMAIN      = 39;
  public static final int SO_RCVTIMEO_64 = 66;
  public static final int SO_SNDTIMEO_64 = 67;
  public static final int SO_PASSPIDFD   = 76;
  public static final int SO_PEERPIDFD   = 77;

  public static final int SCM_RIGHTS      = 1;
  public static final int SCM_CREDENTIALS = 2;
  public static final int SCM_PIDFD       = 4;
  // spotless:on

  private SocketNumbers() {}
}
