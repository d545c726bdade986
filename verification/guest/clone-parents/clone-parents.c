// Whose child a new task is, who may wait for it, and which signal tells of its end when its parent
// has become another program or is another one.

#include "guest.h"

#include "outcome.h"

#define WNOTHREAD 0x20000000

static volatile int *shared;

static long idle_until(void *word) {
  wait_until((volatile int *)word, 1);
  return 4;
}

static void await_end(long child) {
  struct siginfo info;
  long result;
  do result = sys_waitid(P_PID, child, &info, WEXITED | WNOWAIT | WALL);
  while (result == -EINTR);
}

// Which of the two signals, both blocked, is pending.
static const char *told(void) {
  uint32_t set[2] = {0, 0};
  sys_rt_sigpending(set);
  bool chld = set[0] & mask_bit(SIGCHLD), usr1 = set[0] & mask_bit(SIGUSR1);
  struct timespec now = {0, 0};
  uint32_t both[2] = {mask_bit(SIGCHLD) | mask_bit(SIGUSR1), 0};
  while (sys_rt_sigtimedwait(both, 0, &now) > 0) continue;
  return chld && usr1 ? "both" : chld ? "SIGCHLD" : usr1 ? "SIGUSR1" : "neither";
}

static void block_both(void) {
  uint32_t set[2] = {mask_bit(SIGCHLD) | mask_bit(SIGUSR1), 0};
  need(sys_rt_sigprocmask(SIG_BLOCK, set, 0), "mask");
}

static long make_orphan(void *unused) {
  shared[1] = (int)need(arch_clone(SIGUSR1, 0, 0, 0, 0, idle_until, (void *)&shared[0]), "clone");
  return 0;
}

static void orphans(void) {
  say("-- an orphan that would have sent SIGUSR1\n");
  shared[0] = 0;
  need(sys_prctl(PR_SET_CHILD_SUBREAPER, 1), "subreaper");
  run_in_child(make_orphan, 0);
  told();
  set_and_wake(&shared[0], 1);
  await_end(shared[1]);
  const char *signal = told();
  int status = 0;
  long plain = sys_wait4(shared[1], &status, 0);
  say("its new parent gets %s, and wait without __WCLONE sees it: %s\n", signal,
      yes_no(plain == shared[1]));
}

static long child_of_thread(void *unused) {
  shared[1] = (int)need(arch_clone(SIGCHLD, 0, 0, 0, 0, idle_until, (void *)&shared[0]), "clone");
  set_and_wake(&shared[2], 1);
  wait_until(&shared[3], 1);
  int status = 0;
  shared[4] = (int)sys_wait4(shared[1], &status, WNOTHREAD | WALL);
  return 0;
}

static void threads(void) {
  say("-- a thread's child\n");
  shared[0] = shared[2] = shared[3] = 0;
  struct thread thread;
  start_thread(&thread, 0, child_of_thread, 0);
  wait_until(&shared[2], 1);
  set_and_wake(&shared[0], 1);
  await_end(shared[1]);
  say("another thread sees its end; with __WNOTHREAD: %s\n",
      outcome(sys_wait4(shared[1], 0, WNOTHREAD | WALL)));
  set_and_wake(&shared[3], 1);
  join_thread(&thread);
  say("the thread with __WNOTHREAD: %s\n", yes_no(shared[4] == shared[1]));
}

static long sibling_of_leader(void *unused) {
  shared[1] = (int)need(arch_clone(CLONE_PARENT | SIGUSR1, 0, 0, 0, 0, idle_until,
                                   (void *)&shared[0]),
                        "clone");
  set_and_wake(&shared[2], 1);
  return 0;
}

static long thread_makes_sibling(void *unused) {
  struct thread thread;
  start_thread(&thread, 0, sibling_of_leader, 0);
  wait_until(&shared[2], 1);
  join_thread(&thread);
  return 0;
}

static void siblings(void) {
  say("-- CLONE_PARENT by a thread of a process that sends SIGCHLD\n");
  shared[0] = shared[2] = 0;
  run_in_child(thread_makes_sibling, 0);
  told();
  set_and_wake(&shared[0], 1);
  await_end(shared[1]);
  const char *signal = told();
  say("the grandparent is its parent and gets %s\n", signal);
  wait_for(shared[1]);
}

static long tell_parent(void *unused) {
  shared[3] = (int)sys_getppid();
  set_and_wake(&shared[2], 1);
  wait_until(&shared[0], 1);
  return 0;
}

static long vfork_and_say(void *unused) {
  arch_clone(CLONE_VFORK | SIGCHLD, 0, 0, 0, 0, tell_parent, 0);
  return 3;
}

static void vforks(void) {
  say("-- VFORK without VM\n");
  shared[0] = shared[2] = 0;
  long child = fork_child(vfork_and_say, 0);
  wait_until(&shared[2], 1);
  int status = 0;
  say("the parent waits: %s\n", yes_no(sys_wait4(child, &status, WNOHANG) == 0));
  say("it is the grandchild's parent: %s\n", yes_no(shared[3] == child));
  sys_kill(child, SIGKILL);
  status = wait_for(child);
  say("killed, it waits no longer: %w\n", status);
  set_and_wake(&shared[0], 1);
  long orphan = sys_wait4(-1, &status, WALL);
  say("the grandchild lives on: %s, %w\n", yes_no(orphan > 0 && orphan != child), status);
}

static void exec_with_child(void) {
  say("-- a parent that has become another program\n");
  int fds[2];
  need(sys_pipe(fds, 0), "pipe");
  // The child's memory is its own, so it goes by a pipe.
  long child = sys_clone(SIGUSR1, 0, 0, 0, 0);
  if (child == 0) {
    char c;
    sys_close(fds[1]);
    sys_read(fds[0], &c, 1);
    sys_exit(0);
  }
  need(child, "clone");
  sys_close(fds[0]);
  sys_dup3(fds[1], 9, 0);
  sys_close(fds[1]);
  told();
  char *argv[] = {"clone-parents", "again", 0}, *environment[] = {0};
  need(sys_execve("/proc/self/exe", argv, environment), "execve");
}

static void after_exec(void) {
  sys_close(9);
  struct siginfo info;
  sys_waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WALL);
  say("gets %s\n", told());
  int status = 0;
  say("wait: %s", outcome(sys_wait4(-1, &status, WNOHANG) > 0));
  say(", with __WCLONE: %s\n", outcome(sys_wait4(-1, &status, WNOHANG | WCLONE) > 0));
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) {
    after_exec();
    return 0;
  }
  shared = new_shared(4096);
  block_both();
  orphans();
  threads();
  siblings();
  vforks();
  exec_with_child();
  return 1;
}
