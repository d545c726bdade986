package dev.forklift.kernel.signal;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Signal;
import org.jspecify.annotations.Nullable;

/// Which members of siginfo_t's union count, as number and code say.
public enum SigInfoLayout {
  /// Sender.
  KILL,
  TIMER,
  POLL,
  FAULT,
  CHILD,
  /// Sender and value.
  QUEUE,
  SYSTEM_CALL;

  private static final int SI_SIGIO = -5;
  private static final int SI_DETHREAD = -7;
  private static final int SI_ASYNCNL = -60;

  // Codes of one signal's own begin at 1; these are the last ones.
  private static final int LAST_ILL = 11;
  private static final int LAST_FPE = 15;
  private static final int LAST_SEGV = 10;
  private static final int LAST_BUS = 5;
  private static final int LAST_TRAP = 6;
  private static final int LAST_CHLD = 6;
  private static final int LAST_POLL = 6;
  private static final int LAST_SYS = 2;

  /// A signal with codes of its own.
  private record Own(SigInfoLayout layout, int last) {}

  static SigInfoLayout of(int signal, int code) {
    if (code > SigInfo.SI_USER && code < SigInfo.SI_KERNEL) {
      Own own = own(signal);
      if (own != null && code <= own.last) {
        return own.layout;
      }
      return code <= LAST_POLL ? POLL : KILL;
    }
    return switch (code) {
      case SigInfo.SI_TIMER -> TIMER;
      case SI_SIGIO -> POLL;
      default -> code < 0 ? QUEUE : KILL;
    };
  }

  /// Whether process and user ids stand first.
  boolean hasSender() {
    return this == KILL || this == QUEUE || this == CHILD;
  }

  /// Says whether Linux knows what the bytes of such a signal mean. Of others nothing may stand
  /// behind the bytes that the kernel keeps.
  public static boolean isKnown(int signal, int code) {
    if (code > SigInfo.SI_USER && code != SigInfo.SI_KERNEL) {
      Own own = own(signal);
      return code <= (own != null ? own.last : LAST_POLL);
    }
    return code == SigInfo.SI_KERNEL || code >= SI_DETHREAD || code == SI_ASYNCNL;
  }

  /// How many of siginfo_t's bytes the kernel keeps.
  public static int keptBytes(DataModel model) {
    return model.is64Bit() ? 48 : 32;
  }

  private static @Nullable Own own(int signal) {
    return switch (signal) {
      case Signal.SIGILL -> new Own(FAULT, LAST_ILL);
      case Signal.SIGFPE -> new Own(FAULT, LAST_FPE);
      case Signal.SIGSEGV -> new Own(FAULT, LAST_SEGV);
      case Signal.SIGBUS -> new Own(FAULT, LAST_BUS);
      case Signal.SIGTRAP -> new Own(FAULT, LAST_TRAP);
      case Signal.SIGCHLD -> new Own(CHILD, LAST_CHLD);
      case Signal.SIGIO -> new Own(POLL, LAST_POLL);
      case Signal.SIGSYS -> new Own(SYSTEM_CALL, LAST_SYS);
      default -> null;
    };
  }
}
