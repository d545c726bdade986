package dev.forklift.kernel.abi;

/// Requests of ioctl(2) on files of /proc/PID/ns (linux/nsfs.h), and on pidfds to get such files
/// (linux/pidfd.h).
public final class NamespaceIoctls {
  // spotless:off
  public static final int NS_GET_USERNS          = 0xb701;
  public static final int NS_GET_PARENT          = 0xb702;
  public static final int NS_GET_NSTYPE          = 0xb703;
  public static final int NS_GET_OWNER_UID       = 0xb704;
  public static final int NS_GET_MNTNS_ID        = 0x8008b705;
  public static final int NS_GET_PID_FROM_PIDNS  = 0x8004b706;
  public static final int NS_GET_TGID_FROM_PIDNS = 0x8004b707;
  public static final int NS_GET_PID_IN_PIDNS    = 0x8004b708;
  public static final int NS_GET_TGID_IN_PIDNS   = 0x8004b709;

  public static final int PIDFD_GET_CGROUP_NAMESPACE            = 0xff01;
  public static final int PIDFD_GET_IPC_NAMESPACE               = 0xff02;
  public static final int PIDFD_GET_MNT_NAMESPACE               = 0xff03;
  public static final int PIDFD_GET_NET_NAMESPACE               = 0xff04;
  public static final int PIDFD_GET_PID_NAMESPACE               = 0xff05;
  public static final int PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE  = 0xff06;
  public static final int PIDFD_GET_TIME_NAMESPACE              = 0xff07;
  public static final int PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE = 0xff08;
  public static final int PIDFD_GET_USER_NAMESPACE              = 0xff09;
  public static final int PIDFD_GET_UTS_NAMESPACE               = 0xff0a;
  // spotless:on

  private NamespaceIoctls() {}
}
