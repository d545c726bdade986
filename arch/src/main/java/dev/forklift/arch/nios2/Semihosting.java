package dev.forklift.arch.nios2;

import dev.forklift.board.cpu.Stop;
import dev.forklift.engine.cpu.Cpu;
import dev.forklift.engine.memory.GuestFault;
import dev.forklift.engine.memory.MachineSpace;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// What a program asks of the tool that runs it, as libgloss and QEMU have it for Nios II: `break
/// 1` with the number of a function in r4 and the address of its arguments in r5, where the answer
/// goes as well: the result, and behind it an error number of GDB's.
///
/// It can print and end. Files of the host are not given to guests.
final class Semihosting {
  /// The number of the `break` that asks.
  static final int BREAK = 1;

  private static final int EXIT = 0;
  private static final int WRITE = 5;
  private static final int LSEEK = 6;
  private static final int ISATTY = 12;

  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  // GDB's error numbers.
  private static final int BAD_DESCRIPTOR = 9;
  private static final int BAD_ADDRESS = 14;
  private static final int UNKNOWN = 9999;

  /// What is written at once; who has more writes again.
  private static final int MOST = 1 << 16;

  private static final int RESULT = 2;
  private static final int FUNCTION = 4;
  private static final int ARGUMENTS = 5;
  private static final long ADDRESSES = 0xffff_ffffL;

  private final Cpu cpu;
  private final MachineSpace space;
  private final IntConsumer console;

  /// @param console takes what is written
  Semihosting(Cpu cpu, MachineSpace space, IntConsumer console) {
    this.cpu = cpu;
    this.space = space;
    this.console = console;
  }

  /// The program has ended, says the tools' library (HAL): its result is in r2.
  Stop halt() {
    return Stop.ended((int) cpu.register(RESULT));
  }

  /// Does what is asked for.
  ///
  /// @return why the machine does not go on, or null
  @Nullable Stop call() {
    int function = (int) cpu.register(FUNCTION);
    if (function == EXIT) {
      return Stop.ended((int) cpu.register(ARGUMENTS));
    }
    try {
      switch (function) {
        case WRITE -> write();
        case ISATTY -> answer(isOutput() ? 1 : 0, isOutput() ? 0 : BAD_DESCRIPTOR);
        case LSEEK -> {
          put(0, -1);
          put(1, -1);
          put(2, UNKNOWN);
        }
        default -> answer(-1, UNKNOWN);
      }
    } catch (GuestFault e) {
      refuse();
    }
    return null;
  }

  private void write() {
    if (!isOutput()) {
      answer(-1, BAD_DESCRIPTOR);
      return;
    }
    int length = Math.clamp(Integer.toUnsignedLong(argument(2)), 0, MOST);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) space.load8((argument(1) + i) & ADDRESSES);
    }
    for (byte next : bytes) {
      console.accept(next & 0xff);
    }
    answer(length, 0);
  }

  private boolean isOutput() {
    int descriptor = argument(0);
    return descriptor == STANDARD_OUTPUT || descriptor == STANDARD_ERROR;
  }

  /// Something the arguments point to is not there.
  private void refuse() {
    try {
      answer(-1, BAD_ADDRESS);
    } catch (GuestFault e) {
      // Then there is nobody to tell.
    }
  }

  private void answer(int result, int error) {
    put(0, result);
    put(1, error);
  }

  private int argument(int index) {
    return space.load32(address(index));
  }

  private void put(int index, int value) {
    space.store32(address(index), value);
  }

  private long address(int index) {
    return (cpu.register(ARGUMENTS) + (long) Integer.BYTES * index) & ADDRESSES;
  }
}
