// Makes processes and threads in every way, at random, while signals fly: soak [SEED [CREATIONS]]. Everything made is
// accounted for: each end has the status that was arranged, nothing is left to wait for, and memory comes back. Numbers
// come from the seed alone, so that the same arguments print the same.

#include "guest.h"

enum { WSTOPPED = 2, WORKERS = 4, KINDS = 12, USUAL_CREATIONS = 240, ENOUGH = 1 << 20, SYSINFO_FREE = 5 };

static const char *kind_names[KINDS] = {
    "fork",        "fork and exec",  "vfork",       "vfork and exec",      "thread",          "clone VM",
    "clone3 pidfd", "killed asleep", "orphan",      "exec by a thread",    "CLEAR_SIGHAND",   "stopped and killed",
};

// What a worker has found out, in memory that all share.
struct account {
  volatile int made[KINDS], wrong, left, signals, done, tid;
};

static struct account *accounts;
static uint32_t state;
static volatile int interruptions;

static uint32_t next_random(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % below;
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  interruptions++;
}

static char *no_environment[] = {0};

static void become(int status) {
  char digits[4] = {'0' + status / 100, '0' + status / 10 % 10, '0' + status % 10, 0};
  char *argv[] = {"soak", "exit", digits, 0};
  sys_execve("/proc/self/exe", argv, no_environment);
  sys_exit(126);
}

static long give_status(void *status) {
  return (long)status;
}

static long exec_status(void *status) {
  become((int)(long)status);
  return 126;
}

static long sleep_for_good(void *nothing) {
  for (;;) sleep_ms(1000);
  return 0;
}

static long stop_itself(void *nothing) {
  sys_kill(sys_getpid(), SIGSTOP);
  return 0;
}

// Leaves a child behind, which ends after its parent.
static long leave_orphan(void *status) {
  arch_clone(SIGCHLD, 0, 0, 0, 0, give_status, status);
  return 0;
}

static long exec_in_thread(void *status) {
  struct thread thread;
  start_thread(&thread, 0, exec_status, status);
  return sleep_for_good(0);
}

static long handler_is_default(void *status) {
  struct sigaction action;
  sys_rt_sigaction(SIGUSR1, 0, &action);
  return action.handler ? 1 : (long)status;
}

static void account_for(struct account *account, bool right) {
  if (!right) account->wrong++;
}

static long clone3_child(struct clone_args *args, long (*function)(void *), void *argument) {
  long pid = sys_clone3(args, sizeof *args);
  if (pid == 0) sys_exit((int)function(argument));
  return need(pid, "clone3");
}

static void by_pidfd(struct account *account, void *status) {
  volatile int pidfd = -1;
  struct clone_args args = {.flags = CLONE_PIDFD, .pidfd = ARG(&pidfd), .exit_signal = SIGCHLD};
  clone3_child(&args, give_status, status);
  struct siginfo info;
  long got;
  do got = sys_waitid(3, pidfd, &info, WEXITED);
  while (got == -EINTR);
  account_for(account, got == 0 && info.sender.status == (int)(long)status);
  sys_close(pidfd);
}

static void create(struct account *account, int kind) {
  long status = 1 + (long)next_random(120);
  void *argument = (void *)status;
  int ends = (int)status << 8;
  struct clone_args clear = {.flags = 1ull << 32, .exit_signal = SIGCHLD};
  void *stack;
  struct thread thread;
  long pid;
  switch (kind) {
    case 0: pid = fork_child(give_status, argument); break;
    case 1: pid = fork_child(exec_status, argument); break;
    case 2:
      pid = arch_vfork();
      if (pid == 0) sys_exit((int)status);
      break;
    case 3:
      pid = arch_vfork();
      if (pid == 0) become((int)status);
      break;
    case 4:
      stack = new_stack_top();
      void *tid = (void *)&thread.tid;
      need(arch_clone(THREAD_FLAGS, stack, tid, tid, 0, give_status, argument), "thread");
      join_thread(&thread);
      sys_munmap((char *)stack - STACK_SIZE, STACK_SIZE);
      return;
    case 5:
      stack = new_stack_top();
      pid = need(arch_clone(CLONE_VM | CLONE_FILES, stack, 0, 0, 0, give_status, argument), "clone");
      account_for(account, wait_for(pid) == ends);
      sys_munmap((char *)stack - STACK_SIZE, STACK_SIZE);
      return;
    case 6: by_pidfd(account, argument); return;
    case 7:
      pid = fork_child(sleep_for_good, 0);
      ends = next_random(2) ? SIGKILL : SIGTERM;
      if (next_random(2)) sys_sched_yield();
      sys_kill(pid, ends);
      break;
    case 8:
      pid = fork_child(leave_orphan, argument);
      account_for(account, wait_for(pid) == 0);
      pid = -1;  // this process is the orphan's new parent
      break;
    case 9: pid = fork_child(exec_in_thread, argument); break;
    case 10: pid = clone3_child(&clear, handler_is_default, argument); break;
    default:
      pid = fork_child(stop_itself, 0);
      int seen;
      long got;
      do got = sys_wait4(pid, &seen, WSTOPPED | WALL);
      while (got == -EINTR);
      account_for(account, got == pid && (seen & 0xff) == 0x7f);
      ends = SIGKILL;
      sys_kill(pid, SIGKILL);
  }
  account_for(account, wait_for(pid) == ends);
}

static long work(void *number) {
  struct account *account = &accounts[(long)number];
  state += 0x9e3779b9u * (uint32_t)((long)number + 1);
  need(sys_prctl(PR_SET_CHILD_SUBREAPER, 1), "subreaper");
  handle(SIGUSR1, on_signal, (long)number % 2 ? SA_RESTART : 0);
  set_and_wake(&account->tid, (int)sys_getpid());
  for (int i = account->left; i > 0; i--) {
    int kind = (int)next_random(KINDS);
    account->made[kind]++;
    create(account, kind);
  }
  account->left = sys_wait4(-1, 0, WNOHANG | WALL) != -ECHILD;
  account->signals = interruptions;
  account->done = 1;
  // Signals go on coming until its parent has seen that it is done.
  return sleep_for_good(0);
}

static unsigned long free_pages(void) {
  unsigned long info[16] = {0};
  syscall1(NR_sysinfo, ARG(info));
  return info[SYSINFO_FREE];
}

static int number(const char *text) {
  int value = 0;
  while (*text) value = value * 10 + *text++ - '0';
  return value;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 2 && text_equal(argv[1], "exit")) return number(argv[2]);
  uint32_t seed = argc > 1 ? (uint32_t)number(argv[1]) : 1;
  int creations = argc > 2 ? number(argv[2]) : USUAL_CREATIONS;

  accounts = new_shared(4096);
  unsigned long before = free_pages();
  long workers[WORKERS];
  for (long i = 0; i < WORKERS; i++) {
    accounts[i].left = creations / WORKERS;
    state = seed;
    workers[i] = fork_child(work, (void *)i);
  }
  for (int i = 0; i < WORKERS; i++)
    while (!accounts[i].tid) sleep_ms(1);

  uint32_t noise = seed;
  for (int working = WORKERS; working;) {
    noise = noise * 1664525 + 1013904223;
    sys_kill(workers[noise >> 30], SIGUSR1);
    if (noise & 0x1000) sleep_ms(1);
    working = 0;
    for (int i = 0; i < WORKERS; i++) working += !accounts[i].done;
  }
  int killed = 0;
  for (int i = 0; i < WORKERS; i++) {
    sys_kill(workers[i], SIGKILL);
    killed += wait_for(workers[i]) == SIGKILL;
  }

  int made = 0, wrong = 0, left = 0, without_signals = 0;
  for (int kind = 0; kind < KINDS; kind++) {
    int of_kind = 0;
    for (int i = 0; i < WORKERS; i++) of_kind += accounts[i].made[kind];
    say("%s: %d\n", kind_names[kind], of_kind);
    made += of_kind;
  }
  for (int i = 0; i < WORKERS; i++) {
    wrong += accounts[i].wrong;
    left += accounts[i].left;
    without_signals += accounts[i].signals == 0;
  }
  say("made %d, ended otherwise than arranged %d, left to wait for %d\n", made, wrong, left);
  say("workers killed at last %d, workers that no signal reached %d\n", killed, without_signals);
  say("nothing left to wait for: %e\n", sys_wait4(-1, 0, WALL));
  // Two MiB are for what a kernel keeps ready for the next time.
  unsigned long after = free_pages();
  bool back = after + 2 * ENOUGH >= before;
  say("memory is back: %s\n", yes_no(back));
  return made == creations / WORKERS * WORKERS && !wrong && !left && back ? 0 : 1;
}
