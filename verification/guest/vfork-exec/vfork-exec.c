// vfork: the parent sleeps until the child has exec'd or exited, and both have one memory until
// then. The child becomes this program again, with another argument, through /proc/self/exe.

#include "guest.h"

static volatile int shared_store, ready, seen_in_handler;
static volatile long child_pid;

static char *no_environment[] = {0};

static void become(const char *role) {
  char *argv[] = {"vfork-exec", (char *)role, 0};
  sys_execve("/proc/self/exe", argv, no_environment);
  sys_exit(126);
}

// The second life of a child.
static int child_program(const char *role) {
  if (text_equal(role, "slow")) sleep_ms(100);
  say("program of the child: role %s, store %d\n", role, shared_store);
  return 3;
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  seen_in_handler = ready ? 2 : 1;
}

static long child_on_own_stack(void *argument) {
  shared_store = 50;
  sleep_ms(20);
  ready = 1;
  return (long)argument;
}

static long vfork_and_be_killed(void *argument) {
  volatile int *words = argument;
  if (arch_vfork() == 0) {
    words[0] = 1;
    wait_until(&words[1], 1);
    set_and_wake(&words[2], 1);
    sys_exit(0);
  }
  words[3] = 1;
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) return child_program(argv[1]);

  say("-- vfork and exec\n");
  shared_store = 1;
  long child = arch_vfork();
  if (child == 0) {
    shared_store = 42;
    child_pid = sys_getpid();
    sleep_ms(30);
    ready = 1;
    become("slow");
  }
  say("parent: the child got as far as exec: %s, its store is %d\n", yes_no(ready), shared_store);
  say("parent: the pid I got is the one it had: %s\n", yes_no(child == child_pid));
  shared_store = 43;
  int status = wait_for(child);
  say("parent: child %w\n", status);

  say("-- vfork and exit\n");
  ready = 0;
  child = arch_vfork();
  if (child == 0) {
    sleep_ms(30);
    ready = 1;
    sys_exit(9);
  }
  say("parent: the child had exited: %s\n", yes_no(ready));
  status = wait_for(child);
  say("parent: child %w\n", status);

  say("-- vfork and an exec that fails\n");
  static volatile long error;
  child = arch_vfork();
  if (child == 0) {
    error = sys_execve("/no/such/program", argv, no_environment);
    sys_exit(127);
  }
  say("parent: the child's exec gave %e\n", error);
  status = wait_for(child);
  say("parent: child %w\n", status);

  say("-- a stack of its own\n");
  ready = 0;
  child = arch_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, new_stack_top(), 0, 0, 0, child_on_own_stack,
                     (void *)4);
  say("parent: ready %d, store %d\n", ready, shared_store);
  status = wait_for(child);
  say("parent: child %w\n", status);

  say("-- CLONE_VFORK without CLONE_VM\n");
  volatile int *words = new_shared(4096);
  shared_store = 60;
  child = sys_clone(CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    shared_store = 61;
    sleep_ms(30);
    words[0] = 1;
    sys_exit(0);
  }
  say("parent: waited: %s, store %d\n", yes_no(words[0]), shared_store);
  wait_for(child);

  say("-- what is not shared\n");
  struct sigaction action;
  int descriptor = (int)need(sys_dup(1), "dup");
  child = arch_vfork();
  if (child == 0) {
    handle(SIGUSR2, SIG_IGN, 0);
    sys_close(descriptor);
    sys_exit(0);
  }
  wait_for(child);
  sys_rt_sigaction(SIGUSR2, 0, &action);
  say("parent: my handler is still the default: %s, my descriptor still open: %e\n",
      yes_no(action.handler == SIG_DFL), sys_close(descriptor));

  say("-- a signal for the sleeping parent\n");
  handle(SIGUSR1, on_signal, SA_SIGINFO);
  ready = 0;
  long parent = sys_getpid();
  child = arch_vfork();
  if (child == 0) {
    sys_kill(parent, SIGUSR1);
    sleep_ms(30);
    ready = 1;
    sys_exit(0);
  }
  wait_for(child);
  say("parent: handled %s the child was gone\n", seen_in_handler == 2   ? "after"
                                                 : seen_in_handler == 1 ? "before"
                                                                        : "never, while");

  say("-- a fatal signal for the sleeping parent\n");
  words[0] = words[1] = words[2] = words[3] = 0;
  long middle = fork_child(vfork_and_be_killed, (void *)words);
  while (!words[0]) sleep_ms(1);
  sleep_ms(10);
  sys_kill(middle, SIGTERM);
  status = wait_for(middle);
  say("the parent was %w and never returned: %s\n", status, yes_no(!words[3]));
  set_and_wake(&words[1], 1);
  wait_until(&words[2], 1);
  say("its child lived on\n");

  say("-- vfork in vfork\n");
  static volatile int order[4], at;
  at = 0;
  child = arch_vfork();
  if (child == 0) {
    static long inner;
    inner = arch_vfork();
    if (inner == 0) {
      sleep_ms(10);
      order[at++] = 1;
      sys_exit(0);
    }
    order[at++] = 2;
    wait_for(inner);
    sys_exit(0);
  }
  order[at++] = 3;
  wait_for(child);
  say("the order was %d %d %d\n", order[0], order[1], order[2]);
  return 0;
}
