// What of its parent's state a new task starts with, and what begins anew: fork, a task that shares
// memory, and one that shares it as vfork does.

#include "guest.h"

#include "outcome.h"

enum {
  GET_PDEATHSIG = 2,
  SET_NO_NEW_PRIVS = 38,
  GET_NO_NEW_PRIVS = 39,
  IOPRIO_PROCESS = 1,
  RLIMIT_NOFILE_NUMBER = 7,
};

#define NEWPID 0x20000000ul
#define CLONE_IO_FLAG 0x80000000ul

struct itimer {
  long interval[2], value[2];
};

struct state {
  int altstack, robust_list, pending, blocked, interval_timer, death_signal, no_new_privs, priority;
  int limit, umask, group, session;
  long timer;
};

static volatile struct state *seen;
static volatile int *words;
static int timer_id;
static long robust_list[3];
static char alternate[8192];

static void look(volatile struct state *to) {
  struct sigaltstack stack;
  sys_sigaltstack(0, &stack);
  to->altstack = !(stack.flags & SS_DISABLE);
  long *head = 0;
  unsigned long size = 0;
  syscall3(NR_get_robust_list, 0, ARG(&head), ARG(&size));
  to->robust_list = head == robust_list;
  uint32_t set[2] = {0, 0};
  sys_rt_sigpending(set);
  to->pending = (set[0] & mask_bit(SIGUSR1)) != 0;
  sys_rt_sigprocmask(SIG_BLOCK, 0, set);
  to->blocked = (set[0] & mask_bit(SIGUSR1)) != 0;
  struct itimer interval;
  memset(&interval, 0, sizeof interval);
  syscall2(NR_getitimer, 0, ARG(&interval));
  to->interval_timer = interval.value[0] != 0;
  int signal = -1;
  syscall5(NR_prctl, GET_PDEATHSIG, ARG(&signal), 0, 0, 0);
  to->death_signal = signal;
  to->no_new_privs = (int)syscall5(NR_prctl, GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  to->priority = (int)syscall2(NR_getpriority, 0, 0);
  unsigned long limit[2] = {0, 0};
  syscall2(NR_getrlimit, RLIMIT_NOFILE_NUMBER, ARG(limit));
  to->limit = (int)limit[0];
  to->umask = (int)syscall1(NR_umask, 0);
  syscall1(NR_umask, to->umask);
  long times[8];
  to->timer = syscall2(NR_timer_gettime, timer_id, ARG(times));
  to->group = syscall1(NR_getpgid, 0) == words[0];
  to->session = syscall1(NR_getsid, 0) == words[1];
}

static long look_and_leave(void *unused) {
  look(seen);
  return 0;
}

static void show(const char *what) {
  say("%s: alternate stack %s, robust list %s, pending signal %s, mask %s\n", what,
      yes_no(seen->altstack), yes_no(seen->robust_list), yes_no(seen->pending),
      yes_no(seen->blocked));
  say("  interval timer %s, timer: %s, death signal %d, no_new_privs %d\n",
      yes_no(seen->interval_timer), outcome(seen->timer), seen->death_signal, seen->no_new_privs);
  say("  priority %d, limit %d, umask %x, process group %s, session %s\n", seen->priority,
      seen->limit, seen->umask, yes_no(seen->group), yes_no(seen->session));
}

static void child_with(const char *what, unsigned long flags) {
  memset((void *)seen, 0xff, sizeof *seen);
  void *stack = flags & CLONE_VM ? new_stack_top() : 0;
  words[2] = 99;
  long child = need(arch_clone(flags, stack, 0, (void *)&words[2], 0, look_and_leave, 0), "clone");
  if (flags & CLONE_THREAD)
    wait_until(&words[2], 0);
  else
    wait_for(child);
  show(what);
}

static long tell_tid(void *unused) {
  words[4] = (int)sys_getpid();
  return 0;
}

static long set_io_priority(void *unused) {
  return syscall3(NR_ioprio_set, IOPRIO_PROCESS, 0, 2 << 13 | 6);
}

static void io_priority_after(const char *what, unsigned long flags) {
  need(syscall3(NR_ioprio_set, IOPRIO_PROCESS, 0, 2 << 13 | 3), "ioprio_set");
  wait_for(need(arch_clone(flags | SIGCHLD, 0, 0, 0, 0, set_io_priority, 0), "clone"));
  say("%s: io priority %d\n", what, (int)(syscall2(NR_ioprio_get, IOPRIO_PROCESS, 0) & 7));
}

int guest_main(int argc, char **argv, char **envp) {
  seen = new_shared(4096);
  words = (volatile int *)((char *)seen + 1024);
  words[0] = (int)syscall1(NR_getpgid, 0);
  words[1] = (int)syscall1(NR_getsid, 0);
  struct sigaltstack stack = {alternate, 0, sizeof alternate};
  need(sys_sigaltstack(&stack, 0), "sigaltstack");
  robust_list[0] = (long)robust_list;
  need(syscall2(NR_set_robust_list, ARG(robust_list), 12), "set_robust_list");
  uint32_t set[2] = {mask_bit(SIGUSR1), 0};
  need(sys_rt_sigprocmask(SIG_BLOCK, set, 0), "mask");
  need(sys_tgkill(sys_getpid(), sys_gettid(), SIGUSR1), "tgkill");
  struct itimer interval = {{0, 0}, {1000, 0}};
  need(syscall3(NR_setitimer, 0, ARG(&interval), 0), "setitimer");
  need(syscall3(NR_timer_create, CLOCK_MONOTONIC, 0, ARG(&timer_id)), "timer_create");
  sys_prctl(PR_SET_PDEATHSIG, SIGUSR2);
  need(sys_prctl(SET_NO_NEW_PRIVS, 1), "no_new_privs");
  need(syscall3(NR_setpriority, 0, 0, 5), "setpriority");
  unsigned long limit[2] = {77, 88};
  need(syscall2(NR_setrlimit, RLIMIT_NOFILE_NUMBER, ARG(limit)), "setrlimit");
  syscall1(NR_umask, 0x1f);

  look(seen);
  show("the parent");
  child_with("fork", SIGCHLD);
  child_with("VM", CLONE_VM | SIGCHLD);
  child_with("VM and VFORK", CLONE_VM | CLONE_VFORK | SIGCHLD);
  child_with("VFORK", CLONE_VFORK | SIGCHLD);
  child_with("a thread",
             CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_FS | CLONE_CHILD_CLEARTID);

  say("-- the tid, as each sees it\n");
  long child = need(arch_clone(NEWPID | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, 0,
                               (void *)&words[2], (void *)&words[3], 0, tell_tid, 0),
                    "clone");
  wait_for(child);
  say("the parent has its own number for it: %s, the child %d, and says it is %d\n",
      yes_no(words[2] == child), words[3], words[4]);

  say("-- io context\n");
  io_priority_after("fork", 0);
  io_priority_after("IO", CLONE_IO_FLAG);

  say("-- flags that clone does not look at\n");
  say("DETACHED: %w\n", wait_for(need(arch_clone(CLONE_DETACHED | SIGCHLD, 0, 0, 0, 0,
                                                 look_and_leave, 0),
                                      "clone")));
  child = need(arch_clone(0x80 | SIGCHLD, 0, 0, 0, 0, look_and_leave, 0), "clone");
  say("0x80 belongs to the exit signal: wait without __WALL %s", outcome(sys_wait4(child, 0, 0)));
  int status = wait_for(child);
  say(", with it %w\n", status);
  return 0;
}
