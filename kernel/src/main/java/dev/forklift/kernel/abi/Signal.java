package dev.forklift.kernel.abi;

/// Signal numbers (signal(7)) as asm-generic has them, what each does by default, and sets of them.
public final class Signal {
  // spotless:off
  public static final int SIGHUP     = 1;
  public static final int SIGINT     = 2;
  public static final int SIGQUIT    = 3;
  public static final int SIGILL     = 4;
  public static final int SIGTRAP    = 5;
  public static final int SIGABRT    = 6;
  public static final int SIGBUS     = 7;
  public static final int SIGFPE     = 8;
  public static final int SIGKILL    = 9;
  public static final int SIGUSR1    = 10;
  public static final int SIGSEGV    = 11;
  public static final int SIGUSR2    = 12;
  public static final int SIGPIPE    = 13;
  public static final int SIGALRM    = 14;
  public static final int SIGTERM    = 15;
  public static final int SIGSTKFLT  = 16;
  public static final int SIGCHLD    = 17;
  public static final int SIGCONT    = 18;
  public static final int SIGSTOP    = 19;
  public static final int SIGTSTP    = 20;
  public static final int SIGTTIN    = 21;
  public static final int SIGTTOU    = 22;
  public static final int SIGURG     = 23;
  public static final int SIGXCPU    = 24;
  public static final int SIGXFSZ    = 25;
  public static final int SIGVTALRM  = 26;
  public static final int SIGPROF    = 27;
  public static final int SIGWINCH   = 28;
  public static final int SIGIO      = 29;
  public static final int SIGPWR     = 30;
  public static final int SIGSYS     = 31;
  // spotless:on

  /// First real-time signal.
  public static final int SIGRTMIN = 32;

  /// Last signal.
  public static final int SIGRTMAX = 64;

  private static final String[] NAMES = {
    "0",
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS"
  };

  private static final String[] TEXTS = {
    "",
    "Hangup",
    "Interrupt",
    "Quit",
    "Illegal instruction",
    "Trace/breakpoint trap",
    "Aborted",
    "Bus error",
    "Floating point exception",
    "Killed",
    "User defined signal 1",
    "Segmentation fault",
    "User defined signal 2",
    "Broken pipe",
    "Alarm clock",
    "Terminated",
    "Stack fault",
    "Child exited",
    "Continued",
    "Stopped (signal)",
    "Stopped",
    "Stopped (tty input)",
    "Stopped (tty output)",
    "Urgent I/O condition",
    "CPU time limit exceeded",
    "File size limit exceeded",
    "Virtual timer expired",
    "Profiling timer expired",
    "Window changed",
    "I/O possible",
    "Power failure",
    "Bad system call"
  };

  /// What happens to a process that has no handler for a signal.
  public enum DefaultAction {
    TERMINATE,
    CORE,
    IGNORE,
    STOP,
    CONTINUE
  }

  private Signal() {}

  public static boolean isValid(int signal) {
    return signal >= 1 && signal <= SIGRTMAX;
  }

  public static DefaultAction defaultAction(int signal) {
    return switch (signal) {
      case SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS ->
          DefaultAction.CORE;
      case SIGCHLD, SIGURG, SIGWINCH -> DefaultAction.IGNORE;
      case SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU -> DefaultAction.STOP;
      case SIGCONT -> DefaultAction.CONTINUE;
      default -> DefaultAction.TERMINATE;
    };
  }

  /// The name, such as `SIGTERM` or `SIGRT_5`.
  public static String name(int signal) {
    if (signal >= 0 && signal < NAMES.length) {
      return NAMES[signal];
    }
    return isValid(signal) ? "SIGRT_" + (signal - SIGRTMIN) : Integer.toString(signal);
  }

  /// The signal of that name, or 0.
  public static int number(String name) {
    for (int signal = 1; signal <= SIGRTMAX; signal++) {
      if (name(signal).equalsIgnoreCase(name)) {
        return signal;
      }
    }
    return 0;
  }

  /// What a shell prints when a signal killed a process, such as `Segmentation fault`.
  public static String text(int signal) {
    return signal > 0 && signal < TEXTS.length ? TEXTS[signal] : "Real-time signal " + signal;
  }

  /// The bit of a signal in a 64-bit signal set.
  public static long bit(int signal) {
    return 1L << (signal - 1);
  }
}
