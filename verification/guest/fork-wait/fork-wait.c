// fork and wait: the child has a copy of memory and shares open files; every wait status; waitpid,
// waitid, WNOHANG, WNOWAIT, zombies, and a child that outlives its parent.

#include "guest.h"

static int variable = 1;

static long store_and_exit(void *unused) {
  variable = 2;
  say("child: my store is %d\n", variable);
  return 7;
}

static long exit_with(void *status) { return (long)status; }

static long die_of(void *signal) {
  sys_kill(sys_getpid(), (int)(long)signal);
  return 99;
}

static long pause_forever(void *unused) {
  for (;;) sleep_ms(1000);
  return 0;
}

static long fork_grandchild(void *unused) {
  long *shared = unused;
  long middle = sys_getpid();
  long grandchild = sys_fork();
  if (grandchild == 0) {
    shared[0] = sys_getppid() == middle;
    set_and_wake((volatile int *)(shared + 3), 1);
    while (sys_getppid() == middle) sleep_ms(1);
    shared[1] = sys_getppid();
    set_and_wake((volatile int *)(shared + 2), 1);
    sys_exit(0);
  }
  wait_until((volatile int *)(shared + 3), 1);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  long pid = sys_getpid();
  say("pid and tid are equal: %s\n", pid == sys_gettid() ? "yes" : "no");
  say("wait without a child: %e\n", sys_wait4(-1, 0, 0));

  int status = run_in_child(store_and_exit, 0);
  say("parent: child %w, my variable is %d\n", status, variable);

  long child = sys_fork();
  if (child == 0) {
    say("child: fork returned 0, my parent is the caller: %s\n",
        sys_getppid() == pid ? "yes" : "no");
    sys_exit(300);
  }
  status = wait_for(child);
  say("parent: child pid is above mine: %s, it %w\n", child > pid ? "yes" : "no", status);

  static const int signals[] = {SIGHUP, SIGKILL, SIGTERM, SIGUSR1, SIGALRM, SIGPIPE};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
    status = run_in_child(die_of, (void *)(long)signals[i]);
    say("child %w, status %04x\n", status, status & ~0x80);
  }
  say("child ignores SIGCHLD, SIGURG, SIGWINCH, SIGCONT: %w %w %w %w\n",
      run_in_child(die_of, (void *)SIGCHLD), run_in_child(die_of, (void *)SIGURG),
      run_in_child(die_of, (void *)SIGWINCH), run_in_child(die_of, (void *)SIGCONT));

  child = fork_child(pause_forever, 0);
  say("WNOHANG on a running child: %e\n", sys_wait4(child, &status, WNOHANG));
  say("kill: %e\n", sys_kill(child, SIGTERM));
  status = wait_for(child);
  say("it was %w\n", status);
  say("waiting twice: %e\n", sys_wait4(child, &status, 0));
  say("kill of a reaped child: %e\n", sys_kill(child, 0));

  child = fork_child(exit_with, (void *)5);
  struct siginfo info;
  memset(&info, 0, sizeof info);
  long result = sys_waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  say("waitid with WNOWAIT: %e, signal %S, code %d, status %d, pid is right: %s\n", result,
      info.signo, info.code, info.sender.status, info.sender.pid == child ? "yes" : "no");
  say("a zombie can be signalled: %e\n", sys_kill(child, SIGKILL));
  memset(&info, 0, sizeof info);
  result = sys_waitid(P_PID, child, &info, WEXITED);
  say("waitid again: %e, code %d, status %d\n", result, info.code, info.sender.status);
  child = fork_child(die_of, (void *)SIGTERM);
  result = sys_waitid(P_ALL, 0, &info, WEXITED);
  say("waitid for a killed child: %e, code %d, status %d\n", result, info.code, info.sender.status);
  say("waitid without what to wait for: %e\n", sys_waitid(P_ALL, 0, &info, 0));
  say("waitid without a child: %e\n", sys_waitid(P_ALL, 0, &info, WEXITED));

  long children[5];
  for (long i = 0; i < 5; i++) children[i] = fork_child(exit_with, (void *)(10 + i));
  int sum = 0, count = 0;
  while (sys_wait4(-1, &status, 0) > 0) sum += status >> 8, count++;
  say("%d children, the sum of their statuses is %d\n", count, sum);
  bool ascending = true;
  for (int i = 1; i < 5; i++) ascending = ascending && children[i] > children[i - 1];
  say("pids ascend: %s\n", ascending ? "yes" : "no");

  long *shared = new_shared(4096);
  run_in_child(fork_grandchild, shared);
  wait_until((volatile int *)(shared + 2), 1);
  say("the grandchild was the child's: %s; then its parent was another, not me: %s\n",
      shared[0] ? "yes" : "no", shared[1] != pid && shared[1] > 0 ? "yes" : "no");
  return 0;
}
