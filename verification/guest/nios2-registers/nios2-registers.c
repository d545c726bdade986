// The registers a system call keeps: all but r2 and r7, through success, failure, sleep, fork, and
// a signal on the way.

#include "nios2-registers.h"

static void try(const char *what, long number, long a, long b, long c) {
  unsigned long found[32];
  call_with_known_registers(a, b, c, found, number);
  say("%s: arguments kept: %s; r7 %lu, changed:", what,
      yes_no(found[4] == (unsigned long)a && found[5] == (unsigned long)b &&
             found[6] == (unsigned long)c),
      found[7]);
  say_changed_registers(found);
  say("\n");
}

static volatile int handled;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) { handled++; }

static long interrupt(void *pid) {
  sleep_ms(20);
  return sys_kill((long)pid, SIGUSR1);
}

int guest_main(int argc, char **argv, char **envp) {
  try("getpid", NR_getpid, 1, 2, 3);
  try("close of nothing", NR_close, -1, 2, 3);
  try("no such call", 2000, 1, 2, 3);
  struct timespec time = {0, 10000000};
  try("nanosleep", NR_nanosleep, (long)&time, 0, 3);
  try("write", NR_write, 1, (long)"", 0);
  handle(SIGUSR1, on_signal, SA_SIGINFO);
  try("kill of itself", NR_kill, sys_getpid(), SIGUSR1, 3);
  try("sched_yield", NR_sched_yield, 1, 2, 3);
  time.nanoseconds = 500000000;
  long child = fork_child(interrupt, (void *)sys_getpid());
  try("nanosleep, interrupted", NR_nanosleep, (long)&time, 0, 3);
  wait_for(child);
  say("handled %d signals\n", handled);

  // clone: r7 is the fourth argument and r8 the fifth, 107 and 108 here, which without flags for
  // them mean nothing.
  unsigned long found[32];
  long pid = sys_getpid();
  call_with_known_registers(SIGCHLD, 0, 0, found, NR_clone);
  bool in_child = sys_getpid() != pid;
  if (!in_child) wait_for((long)found[2]);
  say("clone, in the %s: r2 is %s, r7 %lu, changed:", in_child ? "child" : "parent",
      found[2] == 0 ? "0" : "a pid", found[7]);
  say_changed_registers(found);
  say("\n");
  if (in_child) sys_exit(0);
  return 0;
}
