package dev.forklift.kernel.calls;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.process.Task;
import dev.forklift.kernel.vfs.OpenFile;
import java.nio.ByteOrder;

/// The kinds of arguments that rows of the table name, after the C types of the man pages.
public final class Args {
  /// `int`.
  public static final Arg<Integer> INT =
      new Kind<>((f, i) -> (int) f.signed(i), (t, f, i) -> Integer.toString((int) f.signed(i)));

  /// `unsigned int`, shown in hexadecimal: flags.
  public static final Arg<Integer> FLAGS =
      new Kind<>(
          (f, i) -> (int) f.signed(i),
          (t, f, i) -> {
            int value = (int) f.signed(i);
            return value == 0 ? "0" : "0x" + Integer.toHexString(value);
          });

  /// A mode, shown in octal.
  public static final Arg<Integer> MODE =
      new Kind<>(
          (f, i) -> (int) f.signed(i), (t, f, i) -> "0" + Integer.toOctalString((int) f.signed(i)));

  /// `long`.
  public static final Arg<Long> LONG =
      new Kind<>(SyscallFrame::signed, (t, f, i) -> Long.toString(f.signed(i)));

  /// `size_t` or `unsigned long`.
  public static final Arg<Long> SIZE =
      new Kind<>(SyscallFrame::unsigned, (t, f, i) -> Long.toUnsignedString(f.unsigned(i)));

  /// A pointer.
  public static final Arg<Long> ADDR =
      new Kind<>(
          SyscallFrame::unsigned,
          (t, f, i) -> {
            long value = f.unsigned(i);
            return value == 0 ? "NULL" : "0x" + Long.toHexString(value);
          });

  /// A file descriptor, as a number.
  public static final Arg<Integer> FD =
      new Kind<>(
          (f, i) -> (int) f.signed(i),
          (t, f, i) -> {
            int value = (int) f.signed(i);
            return value == -100 ? "AT_FDCWD" : Integer.toString(value);
          });

  /// A file descriptor that must be open: EBADF otherwise, also for O_PATH descriptors.
  public static final Arg<OpenFile> FILE =
      new Kind<>((f, i) -> f.task().files().get((int) f.signed(i)), FD::show);

  /// A path or another string in user memory; the handler gets the address, so that errors come in
  /// Linux's order.
  public static final Arg<Long> PATH =
      new Kind<>(SyscallFrame::unsigned, (t, f, i) -> quoted(t, f.unsigned(i)));

  /// A signal number.
  public static final Arg<Integer> SIGNAL =
      new Kind<>((f, i) -> (int) f.signed(i), (t, f, i) -> Signal.name((int) f.signed(i)));

  /// `loff_t`: one slot on 64-bit guests, two on 32-bit ones, in the order of the guest's bytes.
  public static final Arg<Long> OFFSET =
      new Arg<>() {
        @Override
        public Long decode(SyscallFrame frame, int index) {
          if (frame.model().is64Bit()) {
            return frame.signed(index);
          }
          boolean little = frame.model().order() == ByteOrder.LITTLE_ENDIAN;
          long low = frame.unsigned(little ? index : index + 1);
          long high = frame.unsigned(little ? index + 1 : index);
          return high << 32 | low;
        }

        @Override
        public int slots(SyscallFrame frame) {
          return frame.model().is64Bit() ? 1 : 2;
        }

        @Override
        public String show(Task task, SyscallFrame frame, int index) {
          return Long.toString(decode(frame, index));
        }
      };

  private Args() {}

  /// A string in user memory as a C literal, cut after 32 characters.
  private static String quoted(Task task, long address) {
    if (address == 0) {
      return "NULL";
    }
    try {
      return CString.quote(task.memory().user().readString(address, 4096), 48);
    } catch (Errno e) {
      return "0x" + Long.toHexString(address);
    }
  }

  private interface Decoder<T> {
    T decode(SyscallFrame frame, int index) throws Errno;
  }

  private interface Shower {
    String show(Task task, SyscallFrame frame, int index);
  }

  private record Kind<T>(Decoder<T> decoder, Shower shower) implements Arg<T> {
    @Override
    public T decode(SyscallFrame frame, int index) throws Errno {
      return decoder.decode(frame, index);
    }

    @Override
    public String show(Task task, SyscallFrame frame, int index) {
      return shower.show(task, frame, index);
    }
  }
}
