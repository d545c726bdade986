// ptrace's requests one by one: who may trace whom, what is refused and with which error, memory,
// registers, signals, breakpoints.

#include "guest.h"

#include "ptrace.h"

static volatile int *shared;
static const char constant[] = "a constant";
static int variable = 0x1234;

static void ask(const char *what, long request, long pid, unsigned long address,
                unsigned long data) {
  say("%s: %e\n", what, sys_ptrace(request, pid, address, data));
}

static long stopped_child(void *unused) {
  trace_me_and_stop();
  return 0;
}

static long pausing_child(void *unused) {
  for (;;) sleep_ms(1000);
  return 0;
}

static long traced_pausing_child(void *unused) {
  need(trace(PTRACE_TRACEME, 0), "PTRACE_TRACEME");
  shared[0] = 1;
  for (;;) sleep_ms(1000);
  return 0;
}

static void end(long pid) {
  sys_kill(pid, SIGKILL);
  see("end", pid);
}

static void nobody(void) {
  say("-- who may be traced\n");
  ask("no such process", PTRACE_ATTACH, 30000, 0, 0);
  ask("seize no such process", PTRACE_SEIZE, 30000, 0, 0);
  ask("an unknown request to no such process", 4711, 30000, 0, 0);
  ask("oneself", PTRACE_ATTACH, sys_getpid(), 0, 0);
  ask("seize oneself", PTRACE_SEIZE, sys_getpid(), 0, 0);
  ask("a kernel thread", PTRACE_ATTACH, 2, 0, 0);
  ask("seize with an address", PTRACE_SEIZE, sys_getpid(), 1, 0);
  ask("seize with unknown options", PTRACE_SEIZE, sys_getpid(), 0, 1ul << 30);
  ask("seize and suspend seccomp", PTRACE_SEIZE, sys_getpid(), 0, PTRACE_O_SUSPEND_SECCOMP);
  long pid = fork_child(pausing_child, 0);
  ask("continue one that is not traced", PTRACE_CONT, pid, 0, 0);
  ask("interrupt one that is not traced", PTRACE_INTERRUPT, pid, 0, 0);
  ask("kill one that is not traced", PTRACE_KILL, pid, 0, 0);
  ask("an unknown request to it", 4711, pid, 0, 0);
  ask("attach", PTRACE_ATTACH, pid, 0, 0);
  see("attached", pid);
  say_siginfo("attached", pid);
  ask("attach again", PTRACE_ATTACH, pid, 0, 0);
  ask("seize again", PTRACE_SEIZE, pid, 0, 0);
  ask("go on", PTRACE_CONT, pid, 0, 0);
  ask("go on while running", PTRACE_CONT, pid, 0, 0);
  ask("peek while running", PTRACE_PEEKDATA, pid, (unsigned long)&variable, 0);
  ask("detach while running", PTRACE_DETACH, pid, 0, 0);
  ask("interrupt one that was not seized", PTRACE_INTERRUPT, pid, 0, 0);
  ask("listen to it", PTRACE_LISTEN, pid, 0, 0);
  ask("an unknown request while running", 4711, pid, 0, 0);
  ask("kill while running", PTRACE_KILL, pid, 0, 0);
  see("end", pid);
  ask("continue what has ended", PTRACE_CONT, pid, 0, 0);
}

static long twice(void *unused) {
  say("TRACEME: %e\n", trace(PTRACE_TRACEME, 0));
  say("TRACEME again: %e\n", trace(PTRACE_TRACEME, 0));
  say("TRACEME with arguments: %e\n", sys_ptrace(PTRACE_TRACEME, 77, 77, 77));
  return 0;
}

static void unknown_requests(void) {
  say("-- requests\n");
  run_in_child(twice, 0);
  long pid = fork_child(stopped_child, 0);
  see("stopped", pid);
  char buffer[256];
  unsigned long data = (unsigned long)buffer;
  ask("unknown", 4711, pid, 0, data);
  ask("PEEKUSR", PTRACE_PEEKUSR, pid, 0, data);
  ask("POKEUSR", PTRACE_POKEUSR, pid, 0, data);
  ask("GETREGS", PTRACE_GETREGS, pid, 0, data);
  ask("SETREGS", PTRACE_SETREGS, pid, 0, data);
  ask("GETFPREGS", 14, pid, 0, data);
  ask("OLDSETOPTIONS", 21, pid, 0, 0);
  ask("SINGLESTEP", PTRACE_SINGLESTEP, pid, 0, 0);
  ask("SINGLEBLOCK", 33, pid, 0, 0);
  ask("SYSEMU", 31, pid, 0, 0);
  ask("SINGLESTEP with no signal", PTRACE_SINGLESTEP, pid, 0, 65);
  ask("CONT with no signal", PTRACE_CONT, pid, 0, 65);
  ask("CONT with a negative signal", PTRACE_CONT, pid, 0, -1);
  ask("SYSCALL with no signal", PTRACE_SYSCALL, pid, 0, 1000);
  ask("DETACH with no signal", PTRACE_DETACH, pid, 0, 65);
  ask("INTERRUPT", PTRACE_INTERRUPT, pid, 0, 0);
  ask("LISTEN", PTRACE_LISTEN, pid, 0, 0);
  ask("seccomp filter", PTRACE_SECCOMP_GET_FILTER, pid, 0, data);
  ask("rseq configuration", PTRACE_GET_RSEQ_CONFIGURATION, pid, 24, data);
  ask("get user dispatch", PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG, pid, 32, data);
  ask("set user dispatch", PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG, pid, 32, data);
  ask("event message to nowhere", PTRACE_GETEVENTMSG, pid, 0, 0);
  say("event message: %ld\n", event_message(pid));
  say("-- options\n");
  for (int i = 0; i < 32; i++)
    if (i < 9 || i > 18) {
      long result = sys_ptrace(PTRACE_SETOPTIONS, pid, 0, 1ul << i);
      say("%d %e%s", i, result, i == 31 ? "\n" : ", ");
    }
  ask("none", PTRACE_SETOPTIONS, pid, 0, 0);
  ask("all", PTRACE_SETOPTIONS, pid, 77, 0x1000ff);
  ask("none", PTRACE_SETOPTIONS, pid, 0, 0);
  end(pid);
}

static void memory(void) {
  say("-- memory\n");
  unsigned long *page = new_memory(8192, MAP_PRIVATE);
  unsigned long *shared_page = new_memory(4096, MAP_SHARED);
  page[0] = 0x11111111;
  shared_page[0] = 0x22222222;
  int file = (int)need(sys_memfd_create("file", 0), "memfd_create");
  sys_write(file, "file contents", 13);
  unsigned long *mapped =
      (void *)need(sys_mmap(0, 8192, PROT_READ, MAP_SHARED, file, 0), "mmap a file");
  unsigned long *copied =
      (void *)need(sys_mmap(0, 4096, PROT_READ, MAP_PRIVATE, file, 0), "mmap a file");
  int closed = (int)need(sys_open("/proc/self/exe", O_RDONLY, 0), "open");
  unsigned long *closed_page =
      (void *)need(sys_mmap(0, 4096, PROT_READ, MAP_SHARED, closed, 0), "mmap the program");
  need(sys_mprotect(shared_page, 4096, PROT_READ), "mprotect");
  void *none = new_memory(4096, MAP_PRIVATE);
  *(int *)none = 0x77;
  need(sys_mprotect(none, 4096, PROT_NONE), "mprotect");
  need(sys_munmap((char *)page + 4096, 4096), "munmap");
  long pid = fork_child(stopped_child, 0);
  see("stopped", pid);
  unsigned long word = 0x55555555;
  unsigned long to = (unsigned long)&word;
  struct {
    const char *name;
    void *address;
  } places[] = {
      {"a variable", &variable},
      {"a constant", (void *)constant},
      {"an odd address", (char *)&variable + 1},
      {"private memory", page},
      {"its last two bytes and more", (char *)page + 4094},
      {"behind it", (char *)page + 4096},
      {"shared memory made read-only", shared_page},
      {"a file, shared and read-only", mapped},
      {"behind the end of the file", (char *)mapped + 4096},
      {"a file, private and read-only", copied},
      {"a file that cannot be written to", closed_page},
      {"memory without any access", none},
      {"address 0", 0},
      {"kernel memory", (void *)0xc0000000},
      {"the last word of all", (void *)0xfffffffc},
  };
  for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
    word = 0x55555555;
    unsigned long at = (unsigned long)places[i].address;
    long peeked = sys_ptrace(PTRACE_PEEKDATA, pid, at, to);
    unsigned long before = word;
    long poked = sys_ptrace(PTRACE_POKETEXT, pid, at, 0x64636261);
    word = 0x55555555;
    sys_ptrace(PTRACE_PEEKTEXT, pid, at, to);
    say("%s: peek %e%s, poke %e, then %lx\n", places[i].name, peeked,
        before == 0x55555555 ? "" : ", something", poked, word);
  }
  ask("peek to nowhere", PTRACE_PEEKDATA, pid, (unsigned long)&variable, 0);
  say("here: variable %x, constant %s, private %lx, shared %lx, file %lx, copy %lx\n", variable,
      constant, page[0], shared_page[0], mapped[0], copied[0]);
  char path[32] = "/proc/";
  int at = 6;
  char digits[12];
  int n = 0;
  for (long rest = pid; rest; rest /= 10) digits[n++] = (char)('0' + rest % 10);
  while (n) path[at++] = digits[--n];
  memcpy(path + at, "/mem", 5);
  long mem = sys_open(path, O_RDWR, 0);
  say("open mem: %s\n", yes_no(mem >= 0));
  unsigned long value = 0x66666666, seen = 0;
  say("write a constant: %e\n",
      syscall6(NR_pwrite64, mem, (long)&value, 4, (long)constant, 0, 0));
  say("read it: %e\n", syscall6(NR_pread64, mem, (long)&seen, 4, (long)constant, 0, 0));
  say("it is %lx\n", seen);
  end(pid);
  say("read it of who has ended: %e\n",
      syscall6(NR_pread64, mem, (long)&seen, 4, (long)constant, 0, 0));
}

static long caller(void *function) {
  trace_me_and_stop();
  shared[2] = ((int (*)(void))function)();
  shared[3] = ((int (*)(void))function)();
  return ((int (*)(void))function)();
}

// The tracee runs code before and after it is changed.
static void code(void) {
  say("-- code\n");
  void *function = new_memory(4096, MAP_PRIVATE);
  arch_write_function(function, 5);
  need(sys_mprotect(function, 4096, PROT_READ | PROT_EXEC), "mprotect");
  long pid = fork_child(caller, function);
  see("stopped", pid);
  unsigned long old;
  sys_ptrace(PTRACE_PEEKTEXT, pid, (unsigned long)function, (unsigned long)&old);
  ask("set a breakpoint", PTRACE_POKETEXT, pid, (unsigned long)function, ARCH_BREAKPOINT);
  for (int i = 0; i < 3; i++) {
    go("go on", PTRACE_CONT, pid, 0);
    struct siginfo info;
    sys_ptrace(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info);
    say("pc is %ld bytes behind it, siginfo %S, code %d, address %ld bytes behind it\n",
        (long)(get_register(pid, TRACED_PC) - (unsigned long)function), info.signo, info.code,
        (long)((char *)info.fault.addr - (char *)function));
    sys_ptrace(PTRACE_POKETEXT, pid, (unsigned long)function, old);
    set_register(pid, TRACED_PC, (unsigned long)function);
    if (i < 2) {
      // On to the second instruction, where there is another one.
      unsigned long second;
      unsigned long next = (unsigned long)function + 4;
      sys_ptrace(PTRACE_PEEKTEXT, pid, next, (unsigned long)&second);
      sys_ptrace(PTRACE_POKETEXT, pid, next, ARCH_BREAKPOINT);
      go("one instruction", PTRACE_CONT, pid, 0);
      sys_ptrace(PTRACE_POKETEXT, pid, next, second);
      set_register(pid, TRACED_PC, next);
      sys_ptrace(PTRACE_POKETEXT, pid, (unsigned long)function, ARCH_BREAKPOINT);
    }
  }
  go("to the end", PTRACE_CONT, pid, 0);
  say("it saw %d %d\n", shared[2], shared[3]);
}

static void registers(void) {
  say("-- registers\n");
  long pid = fork_child(stopped_child, 0);
  see("stopped", pid);
  unsigned long values[64], again[64];
  struct iovec vector = {values, sizeof values};
  memset(values, 0x55, sizeof values);
  ask("too much room", PTRACE_GETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector);
  say("length %lu of them\n", vector.length / sizeof(long));
  say("zero register %lx, those of the kernel %lx %lx %lx, exception address is pc: %s\n",
      values[0], values[24], values[25], values[30], yes_no(values[29] == values[TRACED_PC]));
  for (int i = 33; i < 50; i++) say("%lx%s", values[i], i == 49 ? "\n" : " ");
  vector.length = 12;
  memset(again, 0x55, sizeof again);
  vector.base = again;
  ask("room for three", PTRACE_GETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector);
  say("length %lu, the fourth is %s\n", vector.length, again[3] == 0x55555555 ? "untouched" : "set");
  vector.length = 10;
  ask("an odd length", PTRACE_GETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector);
  vector.length = 0;
  ask("no room", PTRACE_GETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector);
  vector.length = 196;
  ask("NT_PRFPREG", PTRACE_GETREGSET, pid, 2, (unsigned long)&vector);
  ask("NT_NIOS2 or so", PTRACE_GETREGSET, pid, 0x900, (unsigned long)&vector);
  vector.base = 0;
  ask("to nowhere", PTRACE_GETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector);
  ask("no vector", PTRACE_GETREGSET, pid, NT_PRSTATUS, 0);
  for (int i = 0; i < 64; i++) values[i] = 0x1000u + (unsigned)i;
  vector.base = values;
  vector.length = sizeof values;
  ask("set all", PTRACE_SETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector);
  say("length %lu of them\n", vector.length / sizeof(long));
  get_registers(pid, again);
  for (int i = 0; i < 49; i++) say("%lx%s", again[i], i == 48 ? "\n" : " ");
  values[1] = 0x2001;
  values[2] = 0x2002;
  vector.length = 8;
  ask("set two", PTRACE_SETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector);
  vector.length = 6;
  ask("set one and a half", PTRACE_SETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector);
  get_registers(pid, again);
  say("%lx %lx %lx\n", again[0], again[1], again[2]);
  values[29] = 0x3000;
  vector.length = 30 * sizeof(long);
  ask("set up to the exception address", PTRACE_SETREGSET, pid, NT_PRSTATUS,
      (unsigned long)&vector);
  say("pc %lx\n", get_register(pid, TRACED_PC));
  vector.base = 0;
  ask("from nowhere", PTRACE_SETREGSET, pid, NT_PRSTATUS, (unsigned long)&vector);
  end(pid);
}

static long queuer(void *unused) {
  uint32_t mask[2] = {mask_bit(SIGUSR1) | mask_bit(SIGUSR2), 0xffffffff};
  sys_rt_sigprocmask(SIG_SETMASK, mask, 0);
  struct siginfo info = {.code = SI_QUEUE};
  for (int i = 1; i < 5; i++) {
    info.queued.value = i;
    sys_rt_sigqueueinfo(sys_getpid(), SIGRTMIN + 3, &info);
    info.queued.value = 10 + i;
    if (i < 3)
      syscall4(NR_rt_tgsigqueueinfo, sys_getpid(), sys_getpid(), i == 1 ? SIGUSR1 : SIGUSR2,
               (long)&info);
  }
  need(trace(PTRACE_TRACEME, 0), "PTRACE_TRACEME");
  sys_kill(sys_getpid(), SIGSTOP);
  mask[0] = 0;
  mask[1] = 0;
  sys_rt_sigprocmask(SIG_SETMASK, mask, 0);
  return 0;
}

static void peek_signals(long pid, uint64_t offset, unsigned flags, int count) {
  struct {
    uint64_t offset;
    unsigned flags;
    int count;
  } arguments = {offset, flags, count};
  static struct siginfo infos[8];
  memset(infos, 0, sizeof infos);
  long got = sys_ptrace(PTRACE_PEEKSIGINFO, pid, (unsigned long)&arguments, (unsigned long)infos);
  say("peek %d from %d, flags %x: %e", count, (int)offset, flags, got);
  for (long i = 0; i < got; i++)
    say("%s%S value %ld", i ? ", " : ": ", infos[i].signo, infos[i].queued.value);
  say("\n");
}

static void signals(void) {
  say("-- signals\n");
  long pid = fork_child(queuer, 0);
  see("stopped", pid);
  peek_signals(pid, 0, 0, 8);
  peek_signals(pid, 0, 1, 8);
  peek_signals(pid, 1, 1, 2);
  peek_signals(pid, 4, 1, 2);
  peek_signals(pid, 0, 2, 2);
  peek_signals(pid, 0, 0, -1);
  peek_signals(pid, 0, 0, 0);
  peek_signals(pid, 0x100000000ull, 0, 1);
  ask("peek from nowhere", PTRACE_PEEKSIGINFO, pid, 0, 0);
  uint32_t mask[2] = {0, 0};
  ask("mask", PTRACE_GETSIGMASK, pid, 8, (unsigned long)mask);
  say("%x %x\n", mask[0], mask[1]);
  ask("mask of a wrong size", PTRACE_GETSIGMASK, pid, 4, (unsigned long)mask);
  ask("mask to nowhere", PTRACE_GETSIGMASK, pid, 8, 0);
  mask[0] = 0xffffffff;
  mask[1] = 0;
  ask("set the mask", PTRACE_SETSIGMASK, pid, 8, (unsigned long)mask);
  ask("set it of a wrong size", PTRACE_SETSIGMASK, pid, 16, (unsigned long)mask);
  ask("set it from nowhere", PTRACE_SETSIGMASK, pid, 8, 0);
  ask("mask", PTRACE_GETSIGMASK, pid, 8, (unsigned long)mask);
  say("%x %x\n", mask[0], mask[1]);
  struct siginfo info;
  go("a real-time signal is not blocked any more", PTRACE_CONT, pid, 0);
  ask("siginfo", PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info);
  say("%S, code %d, value %ld\n", info.signo, info.code, info.queued.value);
  ask("siginfo to nowhere", PTRACE_GETSIGINFO, pid, 0, 0);
  info.signo = SIGUSR1;
  info.queued.value = 99;
  ask("set siginfo", PTRACE_SETSIGINFO, pid, 0, (unsigned long)&info);
  memset(&info, 0, sizeof info);
  ask("siginfo", PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info);
  say("%S, code %d, value %ld\n", info.signo, info.code, info.queued.value);
  ask("set siginfo from nowhere", PTRACE_SETSIGINFO, pid, 0, 0);
  go("sent on with what is blocked", PTRACE_CONT, pid, SIGUSR1);
  peek_signals(pid, 0, 0, 8);
  peek_signals(pid, 0, 1, 8);
  go("on", PTRACE_CONT, pid, 0);
  go("on", PTRACE_CONT, pid, 0);
  for (int i = 0; i < 8; i++) {
    int status = go("on", PTRACE_CONT, pid, 0);
    if (!is_stopped(status)) break;
    sys_ptrace(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info);
    say("%S, code %d, value %ld\n", info.signo, info.code, info.queued.value);
  }
}

static void proc(void) {
  say("-- /proc\n");
  long pid = fork_child(traced_pausing_child, 0);
  while (!shared[0]) sleep_ms(5);
  wait_for_state(pid, 'S');
  say("traced: %s, state %s\n",
      decimal(status_line(pid, "TracerPid")) == sys_getpid() ? "by me" : "no",
      status_line(pid, "State"));
  sys_kill(pid, SIGCONT);
  see("signal", pid);
  say("traced: %s, state ",
      decimal(status_line(pid, "TracerPid")) == sys_getpid() ? "by me" : "no");
  say("%s\n", status_line(pid, "State"));
  ask("detach with SIGSTOP", PTRACE_DETACH, pid, 0, SIGSTOP);
  wait_for_state(pid, 'T');
  say("traced: %s, state ", status_line(pid, "TracerPid"));
  say("%s\n", status_line(pid, "State"));
  ask("detach again", PTRACE_DETACH, pid, 0, 0);
  end(pid);
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  nobody();
  unknown_requests();
  memory();
  code();
  registers();
  signals();
  proc();
  return 0;
}
