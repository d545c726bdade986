// Loops without an end, of several shapes: signals interrupt, stop and kill them, and they leave other
// threads their turn.

#include "guest.h"

enum { SIGNALS = 30, TIMERS = 20, TURNS = 60, SPINNERS = 4, NR_setitimer_ = NR_setitimer };

static volatile int *shared;  // between the processes

static volatile int word;

static __attribute__((noinline)) void leaf(void) { __asm__ volatile("" : : : "memory"); }

static __attribute__((noinline)) void calls_on(int depth) {
  if (depth > 0) calls_on(depth - 1);
  __asm__ volatile("" : : : "memory");
}

static void empty_loop(void) {
  for (;;) __asm__ volatile("");
}
static void storing_loop(void) {
  for (;;) word++;
}
static void calling_loop(void) {
  for (;;) leaf();
}
static void deep_loop(void) {
  for (;;) calls_on(20);
}
static void pointer_loop(void) {
  void (*volatile functions[2])(void) = {leaf, leaf};
  for (unsigned i = 0;; i++) functions[i & 1]();
}
static void nested_loop(void) {
  for (;;)
    for (volatile int i = 0; i < 100; i++)
      if (word > 7) word = i;
}
static void calls_in_a_ring(void);
static __attribute__((noinline)) void other_in_ring(void) {
  leaf();
  __asm__ volatile("" : : : "memory");
  calls_in_a_ring();
}
static __attribute__((noinline)) void calls_in_a_ring(void) {
  leaf();
  __asm__ volatile("" : : : "memory");
  other_in_ring();  // a jump, since nothing follows
}

static const struct {
  const char *name;
  void (*function)(void);
} loops[] = {
    {"empty", empty_loop},     {"storing", storing_loop}, {"calling", calling_loop},
    {"deep", deep_loop},       {"pointers", pointer_loop}, {"nested", nested_loop},
    {"ring", calls_in_a_ring},
};

static void count(int signal, struct siginfo *info, struct ucontext *context) {
  int now = shared[0] + 1;
  set_and_wake(&shared[0], now);
  if (signal == SIGTERM) sys_exit(33);
}

static long endless(void *function) {
  handle(SIGUSR1, count, SA_SIGINFO);
  handle(SIGTERM, count, SA_SIGINFO);
  set_and_wake(&shared[1], 1);
  ((void (*)(void))function)();
  return 1;
}

static void interrupted(const char *name, void *function) {
  shared[0] = shared[1] = 0;
  long pid = fork_child(endless, function);
  wait_until(&shared[1], 1);
  for (int i = 1; i <= SIGNALS; i++) {
    sys_kill(pid, SIGUSR1);
    wait_until(&shared[0], i);
  }
  int status = 0;
  sys_kill(pid, SIGSTOP);
  need(sys_wait4(pid, &status, 2), "wait4");  // WUNTRACED
  bool stopped = status == (SIGSTOP << 8 | 0x7f);
  sys_kill(pid, SIGCONT);
  sys_kill(pid, SIGTERM);
  int ended = wait_for(pid);
  shared[1] = 0;
  pid = fork_child(endless, function);
  wait_until(&shared[1], 1);
  sleep_ms(5);
  sys_kill(pid, SIGKILL);
  say("%s: %d signals, stopped %s, status %x, killed %x\n", name, SIGNALS, yes_no(stopped), ended,
      wait_for(pid));
}

// A timer's handler sends the loop to another place.
static volatile int alarms;

static void leave(int signal, struct siginfo *info, struct ucontext *context) {
  alarms++;
  ucontext_set_pc(context, (unsigned long)sys_exit_thread);
}

static long loop_in_thread(void *function) {
  ((void (*)(void))function)();
  return 0;
}

static void left_by_timer(void) {
  static struct thread thread;
  handle(SIGALRM, leave, SA_SIGINFO);
  uint32_t mask[2] = {mask_bit(SIGALRM), 0};
  for (int i = 0; i < TIMERS; i++) {
    sys_rt_sigprocmask(SIG_UNBLOCK, mask, 0);
    start_thread(&thread, 0, loop_in_thread, loops[i % 7].function);
    sys_rt_sigprocmask(SIG_BLOCK, mask, 0);
    long timer[4] = {0, 0, 0, 2000 + 500 * i};
    need(syscall3(NR_setitimer_, 0, ARG(timer), 0), "setitimer");
    join_thread(&thread);
  }
  say("left by a timer: %d\n", alarms);
}

// Each spins until it is its turn.
static volatile int turn;

static long take_turns(void *number) {
  long self = (long)number;
  for (int i = 0; i < TURNS; i++) {
    while (turn % SPINNERS != self) continue;
    arch_relax();
    turn = turn + 1;
  }
  return 0;
}

static long kill_me(void *unused) {
  static struct thread threads[SPINNERS];
  for (long i = 0; i < SPINNERS; i++) start_thread(&threads[i], 0, loop_in_thread, loops[i].function);
  set_and_wake(&shared[1], 1);
  empty_loop();
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  shared = (volatile int *)new_shared(4096);
  for (unsigned i = 0; i < sizeof loops / sizeof *loops; i++)
    interrupted(loops[i].name, loops[i].function);
  left_by_timer();
  static struct thread threads[SPINNERS];
  for (long i = 0; i < SPINNERS; i++) start_thread(&threads[i], 0, take_turns, (void *)i);
  for (int i = 0; i < SPINNERS; i++) join_thread(&threads[i]);
  say("turns: %d\n", turn);
  shared[1] = 0;
  long pid = fork_child(kill_me, 0);
  wait_until(&shared[1], 1);
  sleep_ms(5);
  sys_kill(pid, SIGKILL);
  say("all its threads killed: %x\n", wait_for(pid));
  return 0;
}
