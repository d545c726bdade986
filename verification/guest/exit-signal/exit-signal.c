// The signal a child sends at its end, and which wait sees which child.

#include "guest.h"

static volatile int last_signal, last_code, last_status, count;
static volatile long last_pid;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  count++;
  last_signal = signal;
  last_code = info->code;
  last_status = info->sender.status;
  last_pid = info->sender.pid;
}

static long exit_with(void *status) { return (long)status; }

static long die(void *signal) {
  sys_kill(sys_getpid(), (int)(long)signal);
  return 0;
}

static long exec_self(void *unused) {
  char *argv[] = {"exit-signal", "exit", 0}, *environment[] = {0};
  sys_execve("/proc/self/exe", argv, environment);
  return 126;
}

// Waits for the child's end without reaping it.
static void let_it_end(long child) {
  struct siginfo info;
  sys_waitid(P_PID, child, &info, WEXITED | WNOWAIT | WALL);
}

static void try(const char *what, unsigned long flags, long (*function)(void *), void *argument) {
  count = last_signal = last_code = last_status = 0;
  last_pid = 0;
  long child = need(arch_clone(flags, 0, 0, 0, 0, function, argument), "clone");
  let_it_end(child);
  int status = 0;
  long plain = sys_wait4(child, &status, WNOHANG);
  say("%s: ", what);
  if (count)
    say("%S, code %d, status %d, pid is right: %s", last_signal, last_code, last_status,
        yes_no(last_pid == child));
  else
    say("no signal");
  if (plain > 0) {
    say("; wait sees it\n");
    return;
  }
  long cloned = sys_wait4(child, &status, WNOHANG | WCLONE);
  if (cloned > 0)
    say("; wait: %e, with __WCLONE it %w\n", plain, status);
  else
    say("; wait: %e, with __WCLONE: %e\n", plain, cloned);
}

static volatile int *shared;

static long stop_and_go(void *unused) {
  sys_kill(sys_getpid(), SIGSTOP);
  wait_until(&shared[2], 1);
  return 1;
}

static long make_sibling(void *unused) {
  long sibling = arch_clone(CLONE_PARENT | SIGUSR2, 0, 0, 0, 0, exit_with, (void *)8);
  shared[0] = (int)sibling;
  shared[1] = (int)sys_wait4(sibling, 0, WALL);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) return 5;
  shared = new_shared(4096);
  static const int signals[] = {SIGUSR1, SIGUSR2, SIGCHLD, SIGRTMIN};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
    handle(signals[i], on_signal, SA_SIGINFO);

  try("SIGCHLD", SIGCHLD, exit_with, (void *)3);
  try("SIGCHLD, killed", SIGCHLD, die, (void *)SIGTERM);
  try("SIGUSR1", SIGUSR1, exit_with, (void *)3);
  try("SIGRTMIN", SIGRTMIN, exit_with, (void *)4);
  try("no signal", 0, exit_with, (void *)5);
  try("signal 100, which is none", 100, exit_with, (void *)6);
  try("SIGUSR1, after exec", SIGUSR1, exec_self, 0);

  int status = 0;
  long child = arch_clone(SIGUSR1, 0, 0, 0, 0, exit_with, (void *)7);
  let_it_end(child);
  long result = sys_wait4(-1, &status, WALL);
  say("__WALL sees a clone child: %s, it %w\n", yes_no(result == child), status);
  child = fork_child(exit_with, (void *)7);
  let_it_end(child);
  result = sys_wait4(child, &status, WCLONE);
  say("__WCLONE does not see a fork child: %e\n", result);
  wait_for(child);

  say("-- CLONE_PARENT\n");
  count = 0;
  child = fork_child(make_sibling, 0);
  status = wait_for(child);
  long sibling = shared[0];
  let_it_end(sibling);
  say("the maker cannot wait for it: %e\n", (long)shared[1]);
  result = sys_wait4(sibling, &status, WCLONE);
  say("with the maker's own exit signal, SIGCHLD, it is no clone child: %e\n", result);
  result = sys_wait4(sibling, &status, 0);
  say("it is mine: %s, it %w\n", yes_no(result == sibling), status);

  say("-- SIGCHLD ignored\n");
  handle(SIGCHLD, SIG_IGN, 0);
  child = fork_child(exit_with, (void *)1);
  say("wait: %e\n", sys_wait4(child, &status, 0));
  handle(SIGCHLD, on_signal, SA_SIGINFO | SA_NOCLDWAIT);
  count = 0;
  child = fork_child(exit_with, (void *)1);
  do result = sys_wait4(child, &status, 0);
  while (result == -EINTR);
  say("SA_NOCLDWAIT: wait: %e, signals %d\n", result, count);

  say("-- stopping\n");
  handle(SIGCHLD, on_signal, SA_SIGINFO | SA_RESTART);
  count = 0;
  child = fork_child(stop_and_go, 0);
  result = sys_wait4(child, &status, 2);
  say("WUNTRACED: %s, status %x, signal %S code %d status %d\n", yes_no(result == child), status,
      last_signal, last_code, last_status);
  sys_kill(child, SIGCONT);
  result = sys_wait4(child, &status, 8);
  say("WCONTINUED: %s, status %x\n", yes_no(result == child), status);
  set_and_wake(&shared[2], 1);
  status = wait_for(child);
  say("then it %w\n", status);
  handle(SIGCHLD, on_signal, SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP);
  child = fork_child(stop_and_go, 0);
  count = 0;
  result = sys_wait4(child, &status, 2);
  say("SA_NOCLDSTOP: %s, signals %d\n", yes_no(result == child), count);
  sys_kill(child, SIGKILL);
  status = wait_for(child);
  say("a stopped child %w\n", status);
  return 0;
}
