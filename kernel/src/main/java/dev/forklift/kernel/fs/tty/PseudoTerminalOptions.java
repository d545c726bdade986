package dev.forklift.kernel.fs.tty;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.IdMap;
import dev.forklift.kernel.cred.UserNamespace;
import org.jspecify.annotations.Nullable;

/// What mount(2) is told about a devpts.
///
/// @param uid whom all terminals belong to; null for those who open their masters
/// @param gid and to which group; null as above
/// @param mode permissions of a terminal
/// @param ptmxMode permissions of `ptmx`
/// @param max how many terminals there may be
record PseudoTerminalOptions(
    @Nullable Integer uid, @Nullable Integer gid, int mode, int ptmxMode, int max) {
  /// NR_UNIX98_PTY_MAX.
  private static final int NO_MAXIMUM = 1 << 20;

  private static final PseudoTerminalOptions NONE =
      new PseudoTerminalOptions(null, null, 0600, 0, NO_MAXIMUM);

  /// What the first instance has: terminals are for the group tty.
  static final PseudoTerminalOptions OF_SYSTEM = NONE.withGid(5).withMode(0620);

  /// @param text options separated by commas
  /// @param names the user namespace in which users are called so
  /// @throws Errno EINVAL for an unknown option or a value that is none
  static PseudoTerminalOptions parse(String text, UserNamespace names) throws Errno {
    PseudoTerminalOptions all = NONE;
    for (String option : text.split(",", -1)) {
      if (!option.isEmpty()) {
        all = all.with(option, names);
      }
    }
    return all;
  }

  private PseudoTerminalOptions with(String option, UserNamespace names) throws Errno {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String value = option.substring(equals + 1);
    return switch (name) {
      case "uid" -> withUid(known(names.kuid(number(value, 10))));
      case "gid" -> withGid(known(names.kgid(number(value, 10))));
      case "mode" -> withMode(number(value, 8) & FileMode.PERMISSIONS);
      case "ptmxmode" -> withPtmxMode(number(value, 8) & FileMode.PERMISSIONS);
      case "max" -> withMax(number(value, 10));
      case "newinstance" -> this; // each is new
      default -> throw Errno.EINVAL;
    };
  }

  private PseudoTerminalOptions withUid(int newUid) {
    return new PseudoTerminalOptions(newUid, gid, mode, ptmxMode, max);
  }

  private PseudoTerminalOptions withGid(int newGid) {
    return new PseudoTerminalOptions(uid, newGid, mode, ptmxMode, max);
  }

  private PseudoTerminalOptions withMode(int newMode) {
    return new PseudoTerminalOptions(uid, gid, newMode, ptmxMode, max);
  }

  private PseudoTerminalOptions withPtmxMode(int newMode) {
    return new PseudoTerminalOptions(uid, gid, mode, newMode, max);
  }

  private PseudoTerminalOptions withMax(int newMax) throws Errno {
    if (newMax > NO_MAXIMUM) {
      throw Errno.EINVAL;
    }
    return new PseudoTerminalOptions(uid, gid, mode, ptmxMode, newMax);
  }

  int uidFor(Credentials who) {
    return uid == null ? who.fsuid() : uid;
  }

  int gidFor(Credentials who) {
    return gid == null ? who.fsgid() : gid;
  }

  /// As /proc/mounts shows them.
  String shown() {
    return (uid == null ? "" : ",uid=" + uid)
        + (gid == null ? "" : ",gid=" + gid)
        + String.format(",mode=%03o,ptmxmode=%03o", mode, ptmxMode)
        + (max == NO_MAXIMUM ? "" : ",max=" + max);
  }

  private static int known(int kid) throws Errno {
    if (kid == IdMap.NONE) {
      throw Errno.EINVAL;
    }
    return kid;
  }

  private static int number(String digits, int radix) throws Errno {
    try {
      return Integer.parseUnsignedInt(digits, radix) & Integer.MAX_VALUE;
    } catch (NumberFormatException e) {
      throw Errno.EINVAL;
    }
  }
}
