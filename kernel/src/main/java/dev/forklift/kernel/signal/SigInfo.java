package dev.forklift.kernel.signal;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.abi.StructReader;
import dev.forklift.kernel.abi.StructWriter;
import dev.forklift.kernel.cred.UserNamespace;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// A signal with what is known of its cause (siginfo_t in sigaction(2)).
///
/// @param errno `si_errno`
/// @param code `si_code`
/// @param payload the union behind the three numbers
public record SigInfo(int signal, int errno, int code, Payload payload) {
  /// Bytes of siginfo_t.
  public static final int SIZE = 128;

  public static final int SI_USER = 0;
  public static final int SI_KERNEL = 0x80;
  public static final int SI_QUEUE = -1;
  public static final int SI_TIMER = -2;
  public static final int SI_MESGQ = -3;
  public static final int SI_TKILL = -6;

  public static final int CLD_EXITED = 1;
  public static final int CLD_KILLED = 2;
  public static final int CLD_DUMPED = 3;
  public static final int CLD_TRAPPED = 4;
  public static final int CLD_STOPPED = 5;
  public static final int CLD_CONTINUED = 6;

  /// What belongs to a kind of signal.
  public sealed interface Payload {}

  /// From kill, tgkill, sigqueue; `value` is `si_value`. The user id is the kernel's, until the
  /// signal is pending for somebody who has names for users.
  public record Sender(int pid, int uid, long value) implements Payload {}

  /// SIGCHLD. Times are in clock ticks; the user id is as with [Sender].
  public record Child(int pid, int uid, int status, long utime, long stime) implements Payload {}

  /// SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP.
  public record Fault(long address) implements Payload {}

  /// POSIX timers.
  public record Timer(int id, int overrun, long value) implements Payload {}

  /// SIGIO.
  public record Poll(long band, int fd) implements Payload {}

  /// SIGSYS.
  public record SystemCall(long address, int number, int arch) implements Payload {}

  /// As a process gave it to rt_sigqueueinfo: the bytes behind the three numbers.
  public record Raw(byte[] bytes) implements Payload {}

  /// A signal that the kernel sends for a reason of its own.
  public static SigInfo kernel(int signal) {
    return new SigInfo(signal, 0, SI_KERNEL, new Sender(0, 0, 0));
  }

  /// A signal sent by kill(2).
  public static SigInfo user(int signal, int pid, int uid) {
    return new SigInfo(signal, 0, SI_USER, new Sender(pid, uid, 0));
  }

  /// The signal of a POSIX timer that has expired.
  public static SigInfo timer(int signal, int id, int overrun, long value) {
    return new SigInfo(signal, 0, SI_TIMER, new Timer(id, overrun, value));
  }

  public static SigInfo fault(int signal, int code, long address) {
    return new SigInfo(signal, 0, code, new Fault(address));
  }

  /// Says whether it is one of those that queue, and do not merge.
  public boolean isRealTime() {
    return signal >= Signal.SIGRTMIN;
  }

  /// The same from a sender whom the receiver cannot see: without its process id.
  public SigInfo withoutSender() {
    return switch (payload) {
      case Sender(int _, int uid, long value) ->
          new SigInfo(signal, errno, code, new Sender(0, uid, value));
      case Raw(byte[] bytes) when SigInfoLayout.of(signal, code).hasSender() -> {
        byte[] anonymous = bytes.clone();
        Arrays.fill(anonymous, 0, Integer.BYTES, (byte) 0);
        yield new SigInfo(signal, errno, code, new Raw(anonymous));
      }
      case Child _, Fault _, Timer _, Poll _, SystemCall _, Raw _ -> this;
    };
  }

  /// What a process said, which called users by their names in its user namespace, with the
  /// kernel's ids.
  public SigInfo saidIn(UserNamespace names) {
    return withUid(names::kuid);
  }

  /// As it becomes pending for somebody in a user namespace. The kernel itself is user 0 anywhere.
  public SigInfo shownIn(UserNamespace names) {
    return code == SI_KERNEL ? this : withUid(names::uid);
  }

  private SigInfo withUid(IntUnaryOperator change) {
    Payload changed = payload;
    if (payload instanceof Sender(int pid, int uid, long value)) {
      changed = new Sender(pid, change.applyAsInt(uid), value);
    } else if (payload instanceof Child(int pid, int uid, int status, long utime, long stime)) {
      changed = new Child(pid, change.applyAsInt(uid), status, utime, stime);
    }
    return new SigInfo(signal, errno, code, changed);
  }

  /// Bytes that a process gave, as somebody in another user namespace sees them.
  public SigInfo carried(UserNamespace from, UserNamespace to, DataModel model) {
    if (from == to
        || !(payload instanceof Raw(byte[] bytes))
        || !SigInfoLayout.of(signal, code).hasSender()) {
      return this;
    }
    byte[] copy = bytes.clone();
    int uid = new StructReader(model, copy).skip(Integer.BYTES).s32();
    byte[] other = new StructWriter(model).u32(to.uid(from.kuid(uid))).toBytes();
    System.arraycopy(other, 0, copy, Integer.BYTES, other.length);
    return new SigInfo(signal, errno, code, new Raw(copy));
  }

  /// The 128 bytes that a handler sees.
  public byte[] toBytes(DataModel model) {
    StructWriter w = new StructWriter(model).u32(signal).u32(errno).u32(code);
    if (model.is64Bit()) {
      w.align(8);
    }
    switch (payload) {
      case Sender(int pid, int uid, long value) -> w.u32(pid).u32(uid).word(value);
      case Child(int pid, int uid, int status, long utime, long stime) ->
          w.u32(pid).u32(uid).u32(status).word(utime).word(stime);
      case Fault(long address) -> w.word(address);
      case Timer(int id, int overrun, long value) -> w.u32(id).u32(overrun).word(value);
      case Poll(long band, int fd) -> w.word(band).u32(fd);
      case SystemCall(long address, int number, int arch) -> w.word(address).u32(number).u32(arch);
      case Raw(byte[] bytes) -> w.bytes(bytes);
    }
    return Arrays.copyOf(w.toBytes(), SIZE);
  }

  /// Takes apart what a process passed to rt_sigqueueinfo or ptrace.
  ///
  /// @param instead the signal if it is not the one in the bytes
  /// @throws Errno E2BIG if nobody knows what it means and there is more than the kernel keeps
  public static SigInfo fromUser(DataModel model, byte[] bytes, @Nullable Integer instead)
      throws Errno {
    SigInfo given = fromBytes(model, bytes);
    int signal = instead == null ? given.signal : instead;
    if (!SigInfoLayout.isKnown(signal, given.code)) {
      for (int i = SigInfoLayout.keptBytes(model); i < bytes.length; i++) {
        if (bytes[i] != 0) {
          throw Errno.E2BIG;
        }
      }
    }
    return new SigInfo(signal, given.errno, given.code, given.payload);
  }

  /// Takes apart the 128 bytes.
  public static SigInfo fromBytes(DataModel model, byte[] bytes) {
    StructReader r = new StructReader(model, bytes);
    int signal = r.s32();
    int errno = r.s32();
    int code = r.s32();
    if (model.is64Bit()) {
      r.align(8);
    }
    return new SigInfo(signal, errno, code, new Raw(r.bytes(SIZE - r.position())));
  }
}
