package dev.forklift.kernel.gdb;

import dev.forklift.engine.gdb.GdbConnection;
import dev.forklift.engine.gdb.Hex;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.FileStatus;
import dev.forklift.kernel.vfs.KernelBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.Opening;
import dev.forklift.kernel.vfs.PathWalk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The guest's files for the debugger, which reads its program and libraries through them (GDB
/// manual, "Host I/O Packets"). Nothing can be written.
///
/// The kernel lock is held.
final class GdbFiles {
  private static final int MOST_OPEN = 64;
  private static final int INVALID_FD = 9;

  /// Bytes of the protocol's `struct stat`, which is big-endian.
  private static final int STAT_BYTES = 64;

  private final Map<Integer, OpenFile> open = new HashMap<>();
  private int next = 3;

  /// Answers what follows `vFile:`; empty if it is not known.
  ///
  /// @param task as whom files are looked for
  String answer(String packet, Task task) throws Hex.Wrong {
    int colon = packet.indexOf(':');
    String what = colon < 0 ? packet : packet.substring(0, colon);
    String[] arguments = colon < 0 ? new String[0] : packet.substring(colon + 1).split(",", -1);
    try {
      return switch (what) {
        case "setfs" -> "F0";
        case "open" -> "F" + Integer.toHexString(open(Hex.text(arguments[0]), task));
        case "close" -> close(Hex.count(arguments[0]));
        case "pread" ->
            pread(task, Hex.count(arguments[0]), Hex.count(arguments[1]), Hex.number(arguments[2]));
        case "fstat" -> data(status(file(Hex.count(arguments[0])).inode().status()));
        case "readlink" -> {
          String name = Hex.text(arguments[0]);
          String target = PathWalk.lookup(task, null, name, false).inode().readlink(task);
          yield data(target.getBytes(StandardCharsets.ISO_8859_1));
        }
        default -> "";
      };
    } catch (Errno e) {
      return "F-1," + Integer.toHexString(number(e));
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new Hex.Wrong();
    }
  }

  /// The protocol's own numbers of errors; for most they are Linux's.
  private static int number(Errno e) {
    return e == Errno.ENAMETOOLONG ? 91 : e.number() <= 30 ? e.number() : 9999;
  }

  private int open(String name, Task task) throws Errno {
    if (open.size() >= MOST_OPEN) {
      throw Errno.EMFILE;
    }
    // Anything but a regular file might keep us waiting.
    if (!PathWalk.lookup(task, null, name, true).inode().isRegular()) {
      throw Errno.EACCES;
    }
    open.put(next, Opening.open(task, null, name, OpenFlags.O_RDONLY, 0));
    return next++;
  }

  private OpenFile file(int fd) throws Errno {
    OpenFile file = open.get(fd);
    if (file == null) {
      throw Errno.EBADF;
    }
    return file;
  }

  private String close(int fd) {
    OpenFile file = open.remove(fd);
    if (file == null) {
      return "F-1," + INVALID_FD;
    }
    file.release();
    return "F0";
  }

  private String pread(Task task, int fd, int count, long offset) throws Errno {
    byte[] bytes = new byte[Math.min(count, GdbConnection.PACKET_BYTES / 2)];
    OpenFile file = file(fd);
    if (offset < 0) {
      throw Errno.EINVAL;
    }
    long got = file.pread(task, KernelBuffer.of(bytes, 0, bytes.length), offset);
    return data(java.util.Arrays.copyOf(bytes, (int) got));
  }

  private static String data(byte[] bytes) {
    return "F"
        + Integer.toHexString(bytes.length)
        + ";"
        + new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] status(FileStatus s) {
    ByteBuffer stat = ByteBuffer.allocate(STAT_BYTES);
    stat.putInt(0).putInt((int) s.ino()).putInt(s.mode()).putInt(s.nlink());
    stat.putInt(s.uid()).putInt(s.gid()).putInt(0);
    stat.putLong(s.size()).putLong(4096).putLong((s.size() + 511) / 512);
    return stat.array();
  }

  void closeAll() {
    open.values().forEach(OpenFile::release);
    open.clear();
  }
}
