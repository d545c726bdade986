// Tracing: ptrace's numbers, and what the programs about it have in common.

#ifndef PTRACE_H
#define PTRACE_H

enum {
  PTRACE_TRACEME = 0, PTRACE_PEEKTEXT = 1, PTRACE_PEEKDATA = 2, PTRACE_PEEKUSR = 3,
  PTRACE_POKETEXT = 4, PTRACE_POKEDATA = 5, PTRACE_POKEUSR = 6, PTRACE_CONT = 7, PTRACE_KILL = 8,
  PTRACE_SINGLESTEP = 9, PTRACE_GETREGS = 12, PTRACE_SETREGS = 13, PTRACE_ATTACH = 16,
  PTRACE_DETACH = 17, PTRACE_SYSCALL = 24, PTRACE_SETOPTIONS = 0x4200,
  PTRACE_GETEVENTMSG = 0x4201, PTRACE_GETSIGINFO = 0x4202, PTRACE_SETSIGINFO = 0x4203,
  PTRACE_GETREGSET = 0x4204, PTRACE_SETREGSET = 0x4205, PTRACE_SEIZE = 0x4206,
  PTRACE_INTERRUPT = 0x4207, PTRACE_LISTEN = 0x4208, PTRACE_PEEKSIGINFO = 0x4209,
  PTRACE_GETSIGMASK = 0x420a, PTRACE_SETSIGMASK = 0x420b, PTRACE_SECCOMP_GET_FILTER = 0x420c,
  PTRACE_GET_SYSCALL_INFO = 0x420e, PTRACE_GET_RSEQ_CONFIGURATION = 0x420f,
  PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG = 0x4210,
  PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG = 0x4211,
};

enum {
  PTRACE_O_TRACESYSGOOD = 1, PTRACE_O_TRACEFORK = 2, PTRACE_O_TRACEVFORK = 4,
  PTRACE_O_TRACECLONE = 8, PTRACE_O_TRACEEXEC = 16, PTRACE_O_TRACEVFORKDONE = 32,
  PTRACE_O_TRACEEXIT = 64, PTRACE_O_TRACESECCOMP = 128, PTRACE_O_EXITKILL = 1 << 20,
  PTRACE_O_SUSPEND_SECCOMP = 1 << 21,
};

enum { NT_PRSTATUS = 1 };

struct iovec {
  void *base;
  unsigned long length;
};

static inline long sys_ptrace(long request, long pid, unsigned long address, unsigned long data) {
  return syscall4(NR_ptrace, request, pid, (long)address, (long)data);
}

// A request that has neither an address nor data.
static inline long trace(long request, long pid) { return sys_ptrace(request, pid, 0, 0); }

// Becomes the tracee of its parent and stops.
static inline void trace_me_and_stop(void) {
  need(trace(PTRACE_TRACEME, 0), "PTRACE_TRACEME");
  sys_kill(sys_getpid(), SIGSTOP);
}

static inline const char *event_name(int event) {
  static const char names[][12] = {"none", "FORK", "VFORK", "CLONE", "EXEC", "VFORK_DONE", "EXIT"};
  return event == 128 ? "STOP" : event < 7 ? names[event] : "unknown";
}

// Says what wait said of a tracee.
static inline void say_status(const char *what, int status) {
  if ((status & 0xff) != 0x7f) {
    say("%s: %w\n", what, status);
    return;
  }
  int code = status >> 8;
  say("%s: stopped", what);
  if (code >> 8) say(", event %s", event_name(code >> 8 & 0xff));
  say(", %S%s\n", code & 0x7f, code & 0x80 ? " at a system call" : "");
}

// Waits for what comes next of a tracee and says it.
static inline int see(const char *what, long pid) {
  int status = wait_for(pid);
  say_status(what, status);
  return status;
}

// Lets a tracee go on with a signal and says what comes next.
static inline int go(const char *what, long request, long pid, int signal) {
  long result = sys_ptrace(request, pid, 0, (unsigned long)signal);
  if (result < 0) {
    say("%s: %e\n", what, result);
    return -1;
  }
  return see(what, pid);
}

static inline bool is_stopped(int status) { return (status & 0xff) == 0x7f; }

// Says what PTRACE_GETSIGINFO says.
static inline void say_siginfo(const char *what, long pid) {
  struct siginfo info;
  memset(&info, 0x55, sizeof info);
  long result = sys_ptrace(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info);
  if (result < 0) {
    say("%s: siginfo %e\n", what, result);
    return;
  }
  int sender = info.sender.pid;
  say("%s: siginfo %S, error %d, code 0x%x, from %s, uid %d\n", what, info.signo, info.error,
      info.code,
      sender == pid            ? "itself"
      : sender == sys_getpid() ? "the tracer"
      : sender == 0            ? "0"
                               : "somebody else",
      (int)info.sender.uid);
}

static inline long event_message(long pid) {
  unsigned long message = 0x55555555;
  need(sys_ptrace(PTRACE_GETEVENTMSG, pid, 0, (unsigned long)&message), "PTRACE_GETEVENTMSG");
  return (long)message;
}

static inline void get_registers(long pid, unsigned long *registers) {
  struct iovec vector = {registers, ARCH_TRACED_REGISTERS * sizeof(long)};
  need(sys_ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector), "PTRACE_GETREGSET");
}

static inline void set_registers(long pid, unsigned long *registers) {
  struct iovec vector = {registers, ARCH_TRACED_REGISTERS * sizeof(long)};
  need(sys_ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector), "PTRACE_SETREGSET");
}

static inline unsigned long get_register(long pid, int number) {
  unsigned long registers[ARCH_TRACED_REGISTERS];
  get_registers(pid, registers);
  return registers[number];
}

static inline void set_register(long pid, int number, unsigned long value) {
  unsigned long registers[ARCH_TRACED_REGISTERS];
  get_registers(pid, registers);
  registers[number] = value;
  set_registers(pid, registers);
}

// The value of a line of /proc/PID/status.
static inline const char *status_line(long pid, const char *name) {
  static char text[4096];
  char path[40] = "/proc/";
  char digits[12];
  int n = 0, at = 6;
  do digits[n++] = (char)('0' + pid % 10);
  while (pid /= 10);
  while (n) path[at++] = digits[--n];
  memcpy(path + at, "/status", 8);
  int file = (int)need(sys_open(path, O_RDONLY, 0), "open status");
  long length = 0;
  for (long got; (got = sys_read(file, text + length, sizeof text - 1 - (unsigned long)length)) > 0;)
    length += got;
  text[length] = 0;
  sys_close(file);
  unsigned name_length = text_length(name);
  for (char *line = text; *line;) {
    char *end = line;
    while (*end && *end != '\n') end++;
    if (memcmp(line, name, name_length) == 0 && line[name_length] == ':') {
      *end = 0;
      return line + name_length + 2;
    }
    line = *end ? end + 1 : end;
  }
  return "absent";
}

static inline long decimal(const char *text) {
  long value = 0;
  while (*text >= '0' && *text <= '9') value = value * 10 + *text++ - '0';
  return value;
}

// Waits until /proc says that a task is in a state.
static inline void wait_for_state(long pid, char state) {
  while (status_line(pid, "State")[0] != state) sleep_ms(5);
}

#endif
