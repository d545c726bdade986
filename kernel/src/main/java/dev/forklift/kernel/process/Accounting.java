package dev.forklift.kernel.process;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.Signal.DefaultAction;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.vfs.KernelBuffer;
import dev.forklift.kernel.vfs.OpenFile;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Process accounting (acct(2)): of each process of a pid namespace that ends, a record at the end
/// of a file.
public final class Accounting {
  private static final int VERSION = 2;
  private static final int BIG_ENDIAN = 0x80;
  private static final int NAME_BYTES = 17;
  private static final int HERTZ = 100;
  private static final long TICK_NANOS = 1_000_000_000 / HERTZ;

  // What has become of it, in ac_flag.
  private static final int FORKED = 1;
  private static final int DUMPED_CORE = 8;
  private static final int KILLED = 16;

  private final OpenFile file;
  private final UserNamespace names;

  private Accounting(OpenFile file, Credentials opener) {
    this.file = file;
    this.names = opener.userNamespace();
  }

  /// From now on the caller's pid namespace is accounted for. Where it was before, the caller
  /// itself is noted last of all, as Linux does.
  ///
  /// @param file becomes the namespace's; null ends accounting
  public static void set(Task caller, @Nullable OpenFile file) {
    Accounting made = file == null ? null : new Accounting(file, caller.credentials());
    replace(caller, 0, made);
  }

  /// A namespace has nobody but its init any more, which is noted once more.
  static void endWith(Task init, long memory) {
    replace(init, memory, null);
  }

  private static void replace(Task by, long memory, @Nullable Accounting next) {
    PidNamespace namespace = by.pidNamespace();
    Accounting before = namespace.accounting();
    namespace.setAccounting(next);
    if (before != null) {
      before.append(by, memory);
      before.file.release();
    }
  }

  /// Kilobytes of memory that a process has, which it is about to give up.
  static long memoryOf(Task task) {
    Mm mm = task.mm();
    return mm == null ? 0 : mm.counters().total() * (mm.counters().pageBytes() / 1024);
  }

  /// A process has ended: it is accounted for in its namespace and those above.
  ///
  /// @param last its last task
  static void ended(Task last, long memory) {
    for (PidNamespace at = last.pidNamespace(); at != null; at = at.parent()) {
      Accounting accounting = at.accounting();
      if (accounting != null) {
        accounting.append(last, memory);
      }
    }
  }

  private void append(Task last, long memory) {
    byte[] bytes = record(last, memory);
    try {
      long _ = file.write(last, KernelBuffer.of(bytes, 0, bytes.length));
    } catch (Errno e) {
      // Nobody is there who could be told.
    }
  }

  /// A `struct acct` of the second version.
  private byte[] record(Task last, long memory) {
    DataModel model = last.kernel().abi().dataModel();
    ResourceUsage usage = ResourceUsage.ofProcess(last.group());
    Task leader = last.group().leader();
    long elapsed =
        (last.kernel().clock().monotonicNanos() - leader.times().startNanos()) / TICK_NANOS;
    long began = last.kernel().clock().realtimeNanos() / 1_000_000_000 - elapsed / HERTZ;
    int uid = names.uid(last.credentials().uid());
    int gid = names.gid(last.credentials().gid());
    long exactly = exactlyCompressed(elapsed);
    byte[] name = last.name().getBytes(StandardCharsets.ISO_8859_1);
    return new StructWriter(model)
        .u8(leader.isExiting() ? flags(last, leader.exitStatus()) : 0)
        .u8(VERSION | (model.order() == ByteOrder.BIG_ENDIAN ? BIG_ENDIAN : 0))
        .u16(uid)
        .u16(gid)
        .u16(0) // the terminal, which is not told
        .u32(began)
        .u16(compressed(usage.userNanos() / TICK_NANOS))
        .u16(compressed(usage.systemNanos() / TICK_NANOS))
        .u16(compressed(elapsed))
        .u16(compressed(memory))
        // Transfers, faults and swaps are not counted.
        .skip(5 * Short.BYTES)
        .u16(HERTZ)
        .u32(leader.exitStatus())
        .bytes(Arrays.copyOf(name, NAME_BYTES))
        .u8(exactly >> 16)
        .u16(exactly)
        .u32(uid)
        .u32(gid)
        .toBytes();
  }

  private static int flags(Task last, int status) {
    int signal = status & 0x7f;
    boolean dumps = signal != 0 && Signal.defaultAction(signal) == DefaultAction.CORE;
    return (last.group().hasExecuted() ? 0 : FORKED)
        | (signal == 0 ? 0 : KILLED)
        | (dumps && last.isDumpable() ? DUMPED_CORE : 0);
  }

  /// A `comp_t`: thirteen bits, to be shifted by three times what the other three say.
  private static long compressed(long value) {
    long bits = value;
    long shifts = 0;
    boolean roundUp = false;
    while (bits >= 1 << 13) {
      roundUp = (bits & 4) != 0;
      bits >>= 3;
      shifts++;
    }
    if (roundUp && ++bits >= 1 << 13) {
      bits >>= 3;
      shifts++;
    }
    return shifts > 7 ? 0xffff : shifts << 13 | bits;
  }

  /// A `comp2_t`: five bits of exponent and nineteen behind a leading one, as in a floating-point
  /// number; what has no leading one is the number itself.
  private static long exactlyCompressed(long value) {
    long bits = value;
    long exponent = bits >= 1 << 19 ? 1 : 0;
    boolean roundUp = false;
    while (bits >= 1 << 20) {
      roundUp = (bits & 1) != 0;
      bits >>= 1;
      exponent++;
    }
    if (roundUp && ++bits >= 1 << 20) {
      bits >>= 1;
      exponent++;
    }
    return exponent > 31 ? (1 << 24) - 1 : exponent << 19 | (bits & ((1 << 19) - 1));
  }
}
