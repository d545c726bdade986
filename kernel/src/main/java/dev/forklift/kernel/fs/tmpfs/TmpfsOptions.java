package dev.forklift.kernel.fs.tmpfs;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.IdMap;
import org.jspecify.annotations.Nullable;

/// What mount(2) is told about a tmpfs.
///
/// @param limit bytes that its files may hold, or null where nothing was said
/// @param mode permissions of the top directory, or null
record TmpfsOptions(@Nullable Long limit, @Nullable Integer mode, int uid, int gid) {
  private static final int ANYBODY = FileMode.S_ISVTX | 0777;
  private static final String UNITS = "kmgtpe";

  /// @param text options separated by commas
  /// @param mounter who mounts it, and calls users by their names in its user namespace
  /// @param memory bytes that the machine has, of which `size=N%` is a part
  /// @throws Errno EINVAL for an unknown option or a value that is none
  static TmpfsOptions parse(String text, long memory, int pageSize, Credentials mounter)
      throws Errno {
    Long limit = null;
    Integer mode = null;
    int uid = mounter.fsuid();
    int gid = mounter.fsgid();
    for (String option : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals);
      String value = option.substring(equals + 1);
      switch (name) {
        case "mode" -> mode = (int) number(value, 8) & FileMode.PERMISSIONS;
        case "size" -> limit = rounded(size(value, memory), pageSize);
        case "nr_blocks" -> limit = size(value, memory) * pageSize;
        case "uid" -> uid = named(mounter.userNamespace().kuid((int) number(value, 10)));
        case "gid" -> gid = named(mounter.userNamespace().kgid((int) number(value, 10)));
        case "nr_inodes", "huge", "inode32", "inode64", "noswap" -> {}
        default -> throw Errno.EINVAL;
      }
    }
    return new TmpfsOptions(limit, mode, uid, gid);
  }

  int modeOrDefault() {
    return mode == null ? ANYBODY : mode;
  }

  /// As /proc/mounts shows them: only what differs from the default.
  static String shown(long limit, long defaultLimit, int mode, int uid, int gid) {
    StringBuilder shown = new StringBuilder();
    if (limit != defaultLimit) {
      shown.append(",size=").append(limit >>> 10).append('k');
    }
    if (mode != ANYBODY) {
      shown.append(",mode=").append(Integer.toOctalString(mode));
    }
    if (uid != 0) {
      shown.append(",uid=").append(uid);
    }
    if (gid != 0) {
      shown.append(",gid=").append(gid);
    }
    return shown.toString();
  }

  private static int named(int kid) throws Errno {
    if (kid == IdMap.NONE) {
      throw Errno.EINVAL;
    }
    return kid;
  }

  private static long rounded(long bytes, int pageSize) {
    return (bytes + pageSize - 1) / pageSize * pageSize;
  }

  private static long size(String value, long memory) throws Errno {
    int digits = 0;
    while (digits < value.length() && Character.isDigit(value.charAt(digits))) {
      digits++;
    }
    long count = number(value.substring(0, digits), 10);
    String unit = value.substring(digits);
    if (unit.isEmpty()) {
      return count;
    }
    if (unit.equals("%")) {
      return count * (memory / 100);
    }
    int power = unit.length() == 1 ? UNITS.indexOf(Character.toLowerCase(unit.charAt(0))) : -1;
    if (power < 0) {
      throw Errno.EINVAL;
    }
    return count << (10 * (power + 1));
  }

  private static long number(String digits, int radix) throws Errno {
    try {
      return Long.parseLong(digits, radix);
    } catch (NumberFormatException e) {
      throw Errno.EINVAL;
    }
  }
}
