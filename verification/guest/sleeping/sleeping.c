// nanosleep and clock_nanosleep: times, what is left, signals, CPU clocks.

#include "guest.h"

#include "timing.h"

static long clock_nanosleep(int clock, int flags, const void *time, void *left) {
  return syscall4(NR_clock_nanosleep, clock, flags, ARG(time), ARG(left));
}

static void handler(int signal, struct siginfo *info, struct ucontext *context) {}

static long poke(void *parent) {
  sleep_ms(40);
  sys_kill(ARG(parent), SIGUSR1);
  return 0;
}

static long stop_and_go(void *parent) {
  sleep_ms(30);
  sys_kill(ARG(parent), SIGSTOP);
  sleep_ms(60);
  sys_kill(ARG(parent), SIGCONT);
  return 0;
}

static long ms_of(const struct timespec *time) {
  return time->seconds * 1000 + time->nanoseconds / 1000000;
}

static void errors(void) {
  say("-- errors\n");
  struct timespec little = {0, 1000000}, bad = {0, 1000000000}, negative = {-1, 0},
                  small = {0, -1}, zero = {0, 0};
  say("nanosleep: zero %e, little %e, 10^9 ns %e, -1 ns %e, -1 s %e, nowhere %e, null %e\n",
      sys_nanosleep(&zero, 0), sys_nanosleep(&little, 0), sys_nanosleep(&bad, 0),
      sys_nanosleep(&small, 0), sys_nanosleep(&negative, 0), sys_nanosleep((void *)NOWHERE, 0),
      sys_nanosleep(0, 0));
  say("nowhere for what is left: %e\n", sys_nanosleep(&little, (void *)NOWHERE));
  for (int clock = -3; clock <= 12; clock++)
    if (clock != 2 && clock != -2 && clock != -1)
      say("clock %d: little %e, absolute %e, bad %e, nowhere %e\n", clock,
          clock_nanosleep(clock, 0, &little, 0), clock_nanosleep(clock, TIMER_ABSTIME, &little, 0),
          clock_nanosleep(clock, 0, &bad, 0), clock_nanosleep(clock, 0, (void *)NOWHERE, 0));
  say("flags -1: %e\n", clock_nanosleep(CLOCK_MONOTONIC, -1, &little, 0));
  struct timespec64 wide = {0, 0x300000000ll + 1000000}, wide_bad = {0, 1000000000};
  say("64 bits: with padding %e, bad %e, nowhere %e\n",
      syscall4(NR_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, ARG(&wide), 0),
      syscall4(NR_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, ARG(&wide_bad), 0),
      syscall4(NR_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, NOWHERE, 0));
  say("restart_syscall with nothing to go on with: %e\n", syscall0(NR_restart_syscall));
}

static void times(void) {
  say("-- times\n");
  long from = now_ms(CLOCK_MONOTONIC);
  struct timespec time = {0, 50000000};
  sys_nanosleep(&time, 0);
  say("50 ms: %s\n", about(now_ms(CLOCK_MONOTONIC) - from, 50, 2000));
  static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI};
  for (int i = 0; i < 4; i++) {
    struct timespec then;
    syscall2(NR_clock_gettime, clocks[i], ARG(&then));
    from = now_ms(CLOCK_MONOTONIC);
    then.nanoseconds += 50000000;
    if (then.nanoseconds >= 1000000000) then.seconds++, then.nanoseconds -= 1000000000;
    say("until a time of clock %d: %e", clocks[i], clock_nanosleep(clocks[i], TIMER_ABSTIME, &then, 0));
    say(", %s\n", about(now_ms(CLOCK_MONOTONIC) - from, 45, 2000));
  }
  struct timespec past = {1, 0};
  say("until a time long past: %e\n", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &past, 0));
}

static void signals(void) {
  say("-- signals\n");
  struct timespec time = {5, 0}, left = {-7, -7};
  long me = sys_getpid();
  static const unsigned long flags[] = {0, SA_RESTART};
  for (int i = 0; i < 2; i++) {
    handle(SIGUSR1, handler, flags[i]);
    left.seconds = -7;
    long child = fork_child(poke, (void *)me);
    say("a handler: %e", sys_nanosleep(&time, &left));
    say(", left %s", about(ms_of(&left), 3000, 4999));
    wait_for(child);
    child = fork_child(poke, (void *)me);
    say("; without a place: %e", sys_nanosleep(&time, 0));
    wait_for(child);
    child = fork_child(poke, (void *)me);
    say("; nowhere: %e", sys_nanosleep(&time, (void *)NOWHERE));
    wait_for(child);
    struct timespec then;
    syscall2(NR_clock_gettime, CLOCK_MONOTONIC, ARG(&then));
    if (i == 0) then.seconds += 5;
    then.nanoseconds += 150000000;
    if (then.nanoseconds >= 1000000000) then.seconds++, then.nanoseconds -= 1000000000;
    left.seconds = -7;
    child = fork_child(poke, (void *)me);
    say("; absolute: %e", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, &left));
    say(", left %ld\n", left.seconds);
    wait_for(child);
  }
  struct timespec64 wide = {5, 0}, wide_left = {-7, -7};
  long child = fork_child(poke, (void *)me);
  say("64 bits: %e", syscall4(NR_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, ARG(&wide), ARG(&wide_left)));
  say(", left %s\n", about((long)wide_left.seconds, 3, 4));
  wait_for(child);

  // No handler runs: it goes on until the same time.
  handle(SIGUSR1, SIG_IGN, 0);
  time.seconds = 0;
  time.nanoseconds = 200000000;
  long from = now_ms(CLOCK_MONOTONIC);
  child = fork_child(stop_and_go, (void *)me);
  left.seconds = -7;
  say("stopped and continued: %e", sys_nanosleep(&time, &left));
  long took = now_ms(CLOCK_MONOTONIC) - from;
  say(", took %s, told what was left: %s\n", about(took, 200, 3000), yes_no(left.seconds != -7));
  wait_for(child);
  struct timespec then;
  syscall2(NR_clock_gettime, CLOCK_MONOTONIC, ARG(&then));
  from = now_ms(CLOCK_MONOTONIC);
  then.nanoseconds += 200000000;
  if (then.nanoseconds >= 1000000000) then.seconds++, then.nanoseconds -= 1000000000;
  child = fork_child(stop_and_go, (void *)me);
  say("the same, absolute: %e", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, 0));
  say(", took %s\n", about(now_ms(CLOCK_MONOTONIC) - from, 195, 3000));
  wait_for(child);
  volatile int word = 0;
  time.nanoseconds = 150000000;
  from = now_ms(CLOCK_MONOTONIC);
  child = fork_child(stop_and_go, (void *)me);
  say("futex, stopped and continued: %e", sys_futex(&word, FUTEX_WAIT, 0, &time));
  say(", took %s\n", about(now_ms(CLOCK_MONOTONIC) - from, 150, 3000));
  wait_for(child);
  from = now_ms(CLOCK_MONOTONIC);
  child = fork_child(stop_and_go, (void *)me);
  say("poll, stopped and continued: %e", sys_poll(0, 0, &time));
  say(", took %s\n", about(now_ms(CLOCK_MONOTONIC) - from, 150, 3000));
  wait_for(child);
}

static volatile int go_on;

static long spin(void *unused) {
  while (!go_on) continue;
  return 0;
}

static void cpu_clocks(void) {
  say("-- CPU clocks\n");
  struct timespec time = {0, 50000000}, left = {-7, -7};
  struct thread other;
  start_thread(&other, 0, spin, 0);
  say("until another thread has worked: %e", clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &time, 0));
  int thread_clock = (int)(~(unsigned long)other.tid << 3 | 6u);
  say("; on that thread's clock: %e\n", clock_nanosleep(thread_clock, 0, &time, 0));
  handle(SIGUSR1, handler, 0);
  time.seconds = 50;
  long child = fork_child(poke, (void *)sys_getpid());
  say("a handler: %e", clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &time, &left));
  say(", left %s\n", about(ms_of(&left), 30000, 50040));
  wait_for(child);
  go_on = 1;
  join_thread(&other);
  say("on the own thread's clock: %e, by its number %e, 0 %e\n",
      clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &time, 0),
      clock_nanosleep((int)(~(unsigned long)sys_gettid() << 3 | 6u), 0, &time, 0),
      clock_nanosleep(-2, 0, &time, 0));
  say("no such process: %e, nowhere %e\n",
      clock_nanosleep((int)(~4000000ul << 3 | 2u), 0, &time, 0),
      clock_nanosleep((int)(~4000000ul << 3 | 2u), 0, (void *)NOWHERE, 0));
}

int guest_main(int argc, char **argv, char **envp) {
  errors();
  times();
  signals();
  cpu_clocks();
  return 0;
}
