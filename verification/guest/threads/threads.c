// Thread groups: one pid and many tids, who ends whom, and how a group's end is reported.

#include "guest.h"

static struct thread threads[4];
static volatile int word, last;

struct facts {
  long pid, tid, parent;
};

static long look(void *argument) {
  struct facts *facts = argument;
  facts->pid = sys_getpid();
  facts->tid = sys_gettid();
  facts->parent = sys_getppid();
  return 0;
}

static long sleep_forever(void *unused) {
  for (;;) sys_futex(&word, FUTEX_WAIT, word, 0);
  return 0;
}

static long exit_group(void *status) {
  sys_exit((long)status);
  return 0;
}

static long exit_late(void *status) {
  sleep_ms(150);
  return (long)status;
}

static long store_to(void *address) {
  *(volatile int *)address = 1;
  return 0;
}

static long thread_ends_group(void *unused) {
  start_thread(&threads[0], 0, sleep_forever, 0);
  start_thread(&threads[1], 0, exit_group, (void *)21);
  sleep_forever(0);
  return 0;
}

static long leader_leaves_first(void *unused) {
  start_thread(&threads[0], 0, exit_late, (void *)5);
  return 22;
}

static long leader_returns_from_main(void *unused) {
  start_thread(&threads[0], 0, sleep_forever, 0);
  sys_exit(23);
  return 0;
}

static long thread_faults(void *unused) {
  start_thread(&threads[0], 0, sleep_forever, 0);
  start_thread(&threads[1], 0, store_to, (void *)16);
  sleep_forever(0);
  return 0;
}

static long thread_execs(void *unused) {
  char *argv[] = {"threads", "exec", 0}, *environment[] = {0};
  sys_execve("/proc/self/exe", argv, environment);
  return 126;
}

static long exec_in_a_thread(void *pid) {
  *(volatile long *)pid = sys_getpid();
  start_thread(&threads[0], 0, sleep_forever, 0);
  start_thread(&threads[1], 0, thread_execs, 0);
  sleep_forever(0);
  return 0;
}

static long fork_in_a_thread(void *unused) {
  long pid = sys_getpid();
  long child = sys_fork();
  if (child == 0) {
    last = sys_getppid() == pid && sys_getpid() == sys_gettid();
    sys_exit(last ? 31 : 32);
  }
  word = wait_for(child);
  return 0;
}

static volatile long handler_tid, handler_count;

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  handler_tid = sys_gettid();
  handler_count++;
}

static long mask_and_wait(void *go) {
  uint32_t mask[2] = {mask_bit(SIGUSR2), 0};
  sys_rt_sigprocmask(SIG_BLOCK, mask, 0);
  set_and_wake(&threads[3].tid, 2);
  wait_until(go, 1);
  return 0;
}

static long wait_in_thread(void *result) {
  int status;
  *(volatile long *)result = sys_wait4(-1, &status, 0);
  return 0;
}

static long exit_with(void *status) { return (long)status; }

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) {
    say("exec from a thread: pid and tid are equal: %s\n", yes_no(sys_getpid() == sys_gettid()));
    return 24;
  }
  long pid = sys_getpid();
  struct facts facts;
  start_thread(&threads[0], 0, look, &facts);
  join_thread(&threads[0]);
  say("a thread has my pid: %s, a tid of its own: %s, my parent: %s\n", yes_no(facts.pid == pid),
      yes_no(facts.tid != pid && facts.tid > 0), yes_no(facts.parent == sys_getppid()));
  say("wait does not see threads: %e, with __WALL: %e\n", sys_wait4(-1, 0, WNOHANG),
      sys_wait4(-1, 0, WNOHANG | WALL));
  say("kill by the tid of an ended thread: %e\n", sys_kill(facts.tid, 0));

  say("-- ends\n");
  say("exit_group in a thread: %w\n", run_in_child(thread_ends_group, 0));
  say("the leader exits first, with 22: %w\n", run_in_child(leader_leaves_first, 0));
  say("the leader calls exit_group: %w\n", run_in_child(leader_returns_from_main, 0));
  say("a fault in a thread: %w\n", run_in_child(thread_faults, 0));
  volatile long *shared = new_shared(4096);
  int status = run_in_child(exec_in_a_thread, (void *)shared);
  say("exec in a thread: %w\n", status);

  long child = fork_child(leader_leaves_first, 0);
  sleep_ms(10);
  say("wait while the leader is gone but a thread lives: %e\n", sys_wait4(child, 0, WNOHANG));
  status = wait_for(child);
  say("afterwards: %w\n", status);

  say("-- fork and wait\n");
  start_thread(&threads[0], 0, fork_in_a_thread, 0);
  join_thread(&threads[0]);
  say("a fork in a thread gives a process with one thread: %w\n", word);
  volatile long waited = 0;
  child = fork_child(exit_with, (void *)1);
  start_thread(&threads[0], 0, wait_in_thread, (void *)&waited);
  join_thread(&threads[0]);
  say("a thread can wait for my child: %s\n", yes_no(waited == child));

  say("-- signals\n");
  handle(SIGUSR2, on_signal, SA_SIGINFO);
  volatile int go = 0;
  start_thread(&threads[0], 0, mask_and_wait, (void *)&go);
  wait_until(&threads[3].tid, 2);
  sys_kill(pid, SIGUSR2);
  say("a thread that blocks it does not get it: %s, the other does: %s\n",
      yes_no(handler_tid != threads[0].tid), yes_no(handler_tid == pid));
  uint32_t mask[2] = {mask_bit(SIGUSR2), 0};
  sys_rt_sigprocmask(SIG_BLOCK, mask, 0);
  handler_count = 0;
  sys_tgkill(pid, pid, SIGUSR2);
  sys_kill(pid, SIGUSR2);
  uint32_t pending[2];
  sys_rt_sigpending(pending);
  say("blocked everywhere: handled %ld, pending %08x\n", handler_count, pending[0]);
  sys_rt_sigprocmask(SIG_UNBLOCK, mask, 0);
  say("one for the thread and one for the group: handled %ld\n", handler_count);
  say("tgkill with a wrong group: %e\n", sys_tgkill(pid + 1, pid, SIGUSR2));
  set_and_wake(&go, 1);
  join_thread(&threads[0]);
  return 0;
}
