package dev.forklift.kernel.abi;

/// Requests of ioctl(2) about network interfaces (linux/sockios.h).
public final class NetIoctls {
  // spotless:off
  public static final int SIOCGIFNAME   = 0x8910;
  public static final int SIOCGIFCONF   = 0x8912;
  public static final int SIOCGIFFLAGS  = 0x8913;
  public static final int SIOCSIFFLAGS  = 0x8914;
  public static final int SIOCGIFMETRIC = 0x891d;
  public static final int SIOCGIFMTU    = 0x8921;
  public static final int SIOCGIFHWADDR = 0x8927;
  public static final int SIOCGIFINDEX  = 0x8933;
  public static final int SIOCGIFTXQLEN = 0x8942;
  // spotless:on

  private NetIoctls() {}
}
