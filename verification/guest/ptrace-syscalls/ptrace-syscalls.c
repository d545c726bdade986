// Stops at system calls: what the registers hold there, what changes when the tracer changes them,
// PTRACE_GET_SYSCALL_INFO, and system calls that a signal cuts short.

#include "guest.h"

#include "ptrace.h"

struct syscall_info {
  uint8_t op;
  uint8_t padding[3];
  uint32_t arch;
  uint64_t pc;
  uint64_t sp;
  union {
    struct {
      uint64_t number;
      uint64_t arguments[6];
    } entry;
    struct {
      int64_t result;
      uint8_t is_error;
    } exit;
  };
} __attribute__((packed, aligned(4)));

static void say_info(long pid) {
  struct syscall_info info;
  memset(&info, 0x55, sizeof info);
  unsigned long registers[ARCH_TRACED_REGISTERS];
  get_registers(pid, registers);
  long size = sys_ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, (unsigned long)&info);
  say("  info: %e bytes, op %d, arch %x, pc %s, sp %s", size, info.op, info.arch,
      info.pc == registers[TRACED_PC]               ? "right"
      : info.pc == registers[TRACED_RETURN_ADDRESS] ? "that to return to"
                                                    : "wrong",
      info.sp == registers[TRACED_SP] ? "right" : "wrong");
  if (info.op == 1) {
    say(", number %d, arguments", (int)info.entry.number);
    for (int i = 0; i < 6; i++) say(" %x", (unsigned)info.entry.arguments[i]);
  }
  if (info.op == 2)
    say(", result %d, error %d", (int)info.exit.result, info.exit.is_error);
  say("\n");
}

static void say_registers(long pid) {
  unsigned long registers[ARCH_TRACED_REGISTERS];
  get_registers(pid, registers);
  say("  result register %ld, error register %ld, first argument %lx\n",
      (long)registers[TRACED_RESULT], (long)registers[TRACED_FAILED], registers[TRACED_ARGUMENT]);
}

static volatile int *shared;
static int pipe_ends[2];

// The tracee's calls: the results go to shared memory.
static long calls(void *unused) {
  trace_me_and_stop();
  shared[0] = (int)syscall6(NR_personality, -1, 0x11, 0x22, 0x33, 0x44, 0x55);
  shared[1] = (int)sys_close(1000);
  shared[2] = (int)syscall3(9999, 1, 2, 3);
  shared[3] = (int)syscall3(-1, 1, 2, 3);
  shared[4] = (int)syscall1(NR_umask, 027);
  shared[5] = (int)sys_dup(1);
  shared[6] = (int)syscall1(NR_umask, 027);
  shared[7] = (int)sys_close(1000);
  shared[8] = (int)sys_close(1000);
  return 3;
}

static void see_call(long pid, const char *what) {
  say("%s\n", what);
  go("  entry", PTRACE_SYSCALL, pid, 0);
  say_registers(pid);
  say_info(pid);
  go("  exit", PTRACE_SYSCALL, pid, 0);
  say_registers(pid);
  say_info(pid);
}

static void stops_and_changes(void) {
  long pid = fork_child(calls, 0);
  see("first", pid);
  sys_ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
  say_info(pid);
  see_call(pid, "personality");
  see_call(pid, "close a descriptor that is not open");
  see_call(pid, "numbers that there are not go unseen, so this is umask");
  say("the tracer changes the number of dup to getppid\n");
  go("  entry", PTRACE_SYSCALL, pid, 0);
  set_register(pid, TRACED_NUMBER, NR_getppid);
  go("  exit", PTRACE_SYSCALL, pid, 0);
  say("  it gave the parent: %s\n", yes_no((long)get_register(pid, TRACED_RESULT) == sys_getpid()));
  say("the tracer changes the number to -1\n");
  go("  entry", PTRACE_SYSCALL, pid, 0);
  set_register(pid, TRACED_NUMBER, (unsigned long)-1);
  go("  exit", PTRACE_SYSCALL, pid, 0);
  say_registers(pid);
  say("the tracer changes the argument\n");
  go("  entry", PTRACE_SYSCALL, pid, 0);
  set_register(pid, TRACED_ARGUMENT, (unsigned long)pipe_ends[0]);
  go("  exit", PTRACE_SYSCALL, pid, 0);
  say_registers(pid);
  say("the tracer changes the result\n");
  go("  entry", PTRACE_SYSCALL, pid, 0);
  go("  exit", PTRACE_SYSCALL, pid, 0);
  set_register(pid, TRACED_RESULT, 77);
  set_register(pid, TRACED_FAILED, 0);
  go("the end's call", PTRACE_SYSCALL, pid, 0);
  say_registers(pid);
  go("the end", PTRACE_SYSCALL, pid, 0);
  say("the tracee saw: %s %d %d %d %d %s %d %d %d\n", shared[0] == 0 ? "0" : "other", shared[1],
      shared[2], shared[3], shared[4], yes_no(shared[5] == sys_getpid()),
      shared[6], shared[7], shared[8]);
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) { shared[9]++; }

static long sleeper(void *restart) {
  trace_me_and_stop();
  handle(SIGUSR1, on_signal, restart ? SA_RESTART : 0);
  char byte;
  shared[10] = (int)sys_read(pipe_ends[0], &byte, 1);
  return 0;
}

static void cut_short(bool restart, int signal) {
  say("a read cut short by %S, %s\n", signal, restart ? "SA_RESTART" : "no SA_RESTART");
  shared[9] = 0;
  long pid = fork_child(sleeper, (void *)(long)restart);
  wait_for(pid);
  sys_ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
  for (int i = 0; i < 3; i++) {
    need(trace(PTRACE_SYSCALL, pid), "PTRACE_SYSCALL");
    wait_for(pid);
  }
  say("  in call %ld\n", (long)get_register(pid, TRACED_NUMBER));
  unsigned long at_entry = get_register(pid, TRACED_PC);
  need(trace(PTRACE_SYSCALL, pid), "PTRACE_SYSCALL");
  wait_for_state(pid, 'S');
  sys_kill(pid, signal);
  see("  exit", pid);
  say_registers(pid);
  say_info(pid);
  say("  pc %ld bytes from that of the entry\n", (long)(get_register(pid, TRACED_PC) - at_entry));
  go("  signal", PTRACE_SYSCALL, pid, 0);
  say_registers(pid);
  say_siginfo("  it", pid);
  say("  pc %ld bytes from that of the entry\n", (long)(get_register(pid, TRACED_PC) - at_entry));
  need(sys_ptrace(PTRACE_SYSCALL, pid, 0, (unsigned long)signal), "PTRACE_SYSCALL");
  for (int i = 0; i < 12; i++) {
    if (i == 3) sys_write(pipe_ends[1], "x", 1);
    int status;
    wait_for_stop:
    status = -1;
    long got = sys_wait4(pid, &status, WALL | WNOHANG);
    if (got == 0) {
      // It sleeps: give it something to read.
      if (status_line(pid, "State")[0] == 'S') sys_write(pipe_ends[1], "x", 1);
      sleep_ms(5);
      goto wait_for_stop;
    }
    say_status("  then", status);
    if (!is_stopped(status)) break;
    say_registers(pid);
    need(trace(PTRACE_SYSCALL, pid), "PTRACE_SYSCALL");
  }
  say("  read gave %d, handler ran %d times\n", shared[10], shared[9]);
  struct pollfd poll = {pipe_ends[0], POLLIN, 0};
  struct timespec now = {0, 0};
  char rest[16];
  while (sys_poll(&poll, 1, &now) == 1) sys_read(pipe_ends[0], rest, sizeof rest);
}

static long killed_at_entry(void *unused) {
  trace_me_and_stop();
  shared[11] = 1;
  sys_write(pipe_ends[1], "x", 1);
  return 0;
}

static void kill_at_entry(void) {
  long pid = fork_child(killed_at_entry, 0);
  wait_for(pid);
  go("entry of write", PTRACE_SYSCALL, pid, 0);
  say("kill: %e\n", sys_kill(pid, SIGKILL));
  see("then", pid);
  struct pollfd poll = {pipe_ends[0], POLLIN, 0};
  struct timespec now = {0, 0};
  say("it has written: %s\n", yes_no(sys_poll(&poll, 1, &now) == 1));
}

static long without_mark(void *unused) {
  trace_me_and_stop();
  sys_getppid();
  sys_getppid();
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  need(sys_pipe(pipe_ends, 0), "pipe");
  say("-- stops, and what the tracer changes\n");
  stops_and_changes();
  say("-- without PTRACE_O_TRACESYSGOOD\n");
  long pid = fork_child(without_mark, 0);
  wait_for(pid);
  go("entry", PTRACE_SYSCALL, pid, 0);
  say_siginfo("it", pid);
  say("message %ld\n", event_message(pid));
  say_info(pid);
  go("exit", PTRACE_SYSCALL, pid, 0);
  say("message %ld\n", event_message(pid));
  go("sent on with SIGUSR1", PTRACE_SYSCALL, pid, SIGUSR1);
  say_siginfo("it", pid);
  go("sent on without it", PTRACE_SYSCALL, pid, 0);
  go("exit", PTRACE_SYSCALL, pid, 0);
  go("end", PTRACE_CONT, pid, 0);
  say("-- cut short\n");
  cut_short(false, SIGUSR1);
  cut_short(true, SIGUSR1);
  cut_short(false, SIGCHLD);
  say("-- killed at the entry of a system call\n");
  kill_at_entry();
  return 0;
}
