package dev.forklift.cli;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.KernelBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.PathWalk;
import dev.forklift.kernel.vfs.VfsPath;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds out why a program cannot run where the kernel would only say that it cannot.
final class ProgramCheck {
  private static final int EM_NIOS2 = 113;
  private static final int PT_INTERP = 3;
  private static final int HEAD_BYTES = 4096;
  private static final int ELF_HEADER_BYTES = 52;
  private static final int SEGMENT_BYTES = 32;

  private static final Map<Integer, String> MACHINES =
      Map.ofEntries(
          Map.entry(2, "sparc"),
          Map.entry(3, "x86"),
          Map.entry(4, "m68k"),
          Map.entry(8, "mips"),
          Map.entry(20, "powerpc"),
          Map.entry(21, "powerpc64"),
          Map.entry(22, "s390"),
          Map.entry(40, "arm"),
          Map.entry(42, "sh"),
          Map.entry(62, "x86-64"),
          Map.entry(92, "openrisc"),
          Map.entry(94, "xtensa"),
          Map.entry(183, "aarch64"),
          Map.entry(189, "microblaze"),
          Map.entry(243, "riscv"),
          Map.entry(252, "csky"),
          Map.entry(258, "loongarch"));

  private ProgramCheck() {}

  /// Why the program is refused, or null if there is nothing to say in advance.
  static @Nullable String refusal(Caller caller, VfsPath program) {
    ByteBuffer head;
    try {
      head = head(caller, program);
    } catch (Errno e) {
      return null;
    }
    int length = head.remaining();
    if (length < ELF_HEADER_BYTES || head.getInt(0) != 0x464c457f) {
      return null;
    }
    boolean bigEndian = head.get(5) == 2;
    int machine = (bigEndian ? Short.reverseBytes(head.getShort(18)) : head.getShort(18)) & 0xffff;
    if (machine != EM_NIOS2) {
      String name = MACHINES.getOrDefault(machine, "machine " + machine);
      return "is for " + name + ", not nios2";
    }
    String interpreter = bigEndian ? null : interpreter(head);
    if (interpreter != null && !exists(caller, interpreter)) {
      return "needs " + interpreter + ", which the guest does not have: give a root with -L";
    }
    return null;
  }

  private static boolean exists(Caller caller, String path) {
    try {
      return PathWalk.lookup(caller, null, path, true).inode().isRegular();
    } catch (Errno e) {
      return false;
    }
  }

  private static @Nullable String interpreter(ByteBuffer head) {
    long at = head.getInt(28) & 0xffff_ffffL;
    int count = head.getShort(44) & 0xffff;
    for (int i = 0; i < count && at + SEGMENT_BYTES <= head.limit(); i++, at += SEGMENT_BYTES) {
      if (head.getInt((int) at) == PT_INTERP) {
        long from = head.getInt((int) at + 4) & 0xffff_ffffL;
        long bytes = (head.getInt((int) at + 16) & 0xffff_ffffL) - 1;
        if (bytes <= 0 || from + bytes > head.limit()) {
          return null;
        }
        byte[] name = new byte[(int) bytes];
        head.get((int) from, name);
        return new String(name, StandardCharsets.ISO_8859_1);
      }
    }
    return null;
  }

  private static ByteBuffer head(Caller caller, VfsPath program) throws Errno {
    OpenFile file = program.inode().open(caller, program, OpenFlags.O_RDONLY);
    try {
      byte[] bytes = new byte[HEAD_BYTES];
      int length = (int) file.pread(caller, KernelBuffer.of(bytes, 0, bytes.length), 0);
      return ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    } finally {
      file.release();
    }
  }
}
