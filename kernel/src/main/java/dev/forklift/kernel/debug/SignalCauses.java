package dev.forklift.kernel.debug;

import dev.forklift.kernel.abi.Signal;
import dev.forklift.kernel.signal.SigInfo;
import dev.forklift.kernel.signal.SigInfo.Fault;
import dev.forklift.kernel.signal.SigInfo.Sender;

/// Where a signal came from, in words (the `si_code` values of sigaction(2)).
final class SignalCauses {
  private SignalCauses() {}

  /// Says whether the processor raised it, at an address that siginfo tells.
  static boolean isFault(SigInfo info) {
    return info.payload() instanceof Fault && info.code() > 0 && info.code() < SigInfo.SI_KERNEL;
  }

  /// @param self the process that got it
  static String describe(SigInfo info, int self) {
    if (isFault(info)) {
      return fault(info.signal(), info.code());
    }
    String by = "";
    if (info.payload() instanceof Sender(int pid, int uid, long value) && pid != 0) {
      by = pid == self ? " by the program itself" : " by process " + pid;
    }
    return switch (info.code()) {
      case SigInfo.SI_USER -> "sent" + by + " (SI_USER)";
      case SigInfo.SI_TKILL -> "sent" + by + " (SI_TKILL)";
      case SigInfo.SI_QUEUE -> "queued" + by + " (SI_QUEUE)";
      case SigInfo.SI_TIMER -> "from a timer (SI_TIMER)";
      case SigInfo.SI_MESGQ -> "from a message queue (SI_MESGQ)";
      case SigInfo.SI_KERNEL -> "sent by the kernel (SI_KERNEL)";
      default -> "si_code " + info.code();
    };
  }

  private static String fault(int signal, int code) {
    String text =
        switch (signal) {
          case Signal.SIGSEGV ->
              switch (code) {
                case 1 -> "address not mapped (SEGV_MAPERR)";
                case 2 -> "access not permitted (SEGV_ACCERR)";
                default -> "";
              };
          case Signal.SIGBUS ->
              switch (code) {
                case 1 -> "misaligned address (BUS_ADRALN)";
                case 2 -> "nothing there, as behind the end of a mapped file (BUS_ADRERR)";
                default -> "";
              };
          case Signal.SIGILL ->
              switch (code) {
                case 1 -> "illegal instruction (ILL_ILLOPC)";
                case 2 -> "illegal operand (ILL_ILLOPN)";
                case 4 -> "illegal trap (ILL_ILLTRP)";
                case 5 -> "privileged instruction (ILL_PRVOPC)";
                default -> "";
              };
          case Signal.SIGFPE ->
              switch (code) {
                case 1 -> "integer division by zero (FPE_INTDIV)";
                case 2 -> "integer overflow (FPE_INTOVF)";
                case 3 -> "floating-point division by zero (FPE_FLTDIV)";
                case 7 -> "invalid floating-point operation (FPE_FLTINV)";
                default -> "";
              };
          case Signal.SIGTRAP ->
              switch (code) {
                case 1 -> "breakpoint (TRAP_BRKPT)";
                case 2 -> "trace trap (TRAP_TRACE)";
                default -> "";
              };
          default -> "";
        };
    return text.isEmpty() ? "si_code " + code : text;
  }
}
