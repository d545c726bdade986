// Interval timers: getitimer and setitimer for real, virtual and profiling time; fork and exec.

#include "guest.h"

#include "timing.h"

enum { REAL, VIRTUAL, PROF };

static long getitimer(int which, struct itimerval *to) {
  return syscall2(NR_getitimer, which, ARG(to));
}
static long setitimer(int which, const struct itimerval *setting, struct itimerval *old) {
  return syscall3(NR_setitimer, which, ARG(setting), ARG(old));
}

static struct itimerval in_ms(long first, long interval) {
  struct itimerval setting = {{interval / 1000, interval % 1000 * 1000},
                              {first / 1000, first % 1000 * 1000}};
  return setting;
}

static long set_ms(int which, long first, long interval) {
  struct itimerval setting = in_ms(first, interval);
  return setitimer(which, &setting, 0);
}

static volatile int counts[65], code;

static void handler(int signal, struct siginfo *info, struct ucontext *context) {
  counts[signal]++;
  code = info->code;
}

static void errors(void) {
  say("-- errors\n");
  struct itimerval setting = in_ms(0, 0), wrong = in_ms(0, 0);
  say("get: 3 %e, -1 %e, nowhere %e, 3 and nowhere %e\n", getitimer(3, &setting),
      getitimer(-1, &setting), getitimer(REAL, (void *)NOWHERE), getitimer(3, (void *)NOWHERE));
  say("set: 3 %e, nowhere %e, 3 and nowhere %e, nowhere for the old %e\n", setitimer(3, &setting, 0),
      setitimer(REAL, (void *)NOWHERE, 0), setitimer(3, (void *)NOWHERE, 0),
      setitimer(REAL, &setting, (void *)NOWHERE));
  wrong.value.microseconds = 1000000;
  say("10^6 us: %e, and 3 %e", setitimer(REAL, &wrong, 0), setitimer(3, &wrong, 0));
  wrong.value.microseconds = -1;
  say(", -1 us %e", setitimer(REAL, &wrong, 0));
  wrong.value.microseconds = 0;
  wrong.value.seconds = -1;
  say(", -1 s %e", setitimer(REAL, &wrong, 0));
  wrong.value.seconds = 0;
  wrong.interval.microseconds = 1000000;
  say(", interval %e", setitimer(PROF, &wrong, 0));
  wrong.value.seconds = -1;
  say(", for no timer %e\n", setitimer(3, &wrong, 0));
  say("null: %e, with a place for the old %e\n", setitimer(REAL, 0, 0), setitimer(REAL, 0, &setting));
}

static void show(const char *name, int which) {
  struct itimerval now;
  getitimer(which, &now);
  say("%s: interval %ld.%06ld, value %s\n", name, now.interval.seconds, now.interval.microseconds,
      now.value.seconds || now.value.microseconds ? "set" : "not set");
}

static long in_child(void *unused) {
  for (int which = 0; which < 3; which++) show("a child has", which);
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc == 2) {
    for (int which = 0; which < 3; which++) show("after exec", which);
    uint32_t pending[2];
    sys_rt_sigpending(pending);
    say("pending: %x\n", pending[0]);
    return 0;
  }
  errors();
  say("-- real time\n");
  struct itimerval old, left;
  getitimer(REAL, &left);
  say("at first: %ld %ld %ld %ld\n", left.interval.seconds, left.interval.microseconds,
      left.value.seconds, left.value.microseconds);
  handle(SIGALRM, handler, SA_SIGINFO);
  handle(SIGVTALRM, handler, SA_SIGINFO);
  handle(SIGPROF, handler, SA_SIGINFO);
  set_ms(REAL, 5000, 0);
  struct itimerval next = in_ms(30, 0);
  say("set: %e", setitimer(REAL, &next, &old));
  say(", before %s\n", about(old.value.seconds * 1000 + old.value.microseconds / 1000, 3000, 5000));
  while (counts[SIGALRM] == 0) sleep_ms(5);
  getitimer(REAL, &left);
  say("expired: code %d, left %ld %ld\n", code, left.value.seconds, left.value.microseconds);
  set_ms(REAL, 10, 10);
  while (counts[SIGALRM] < 5) sleep_ms(5);
  getitimer(REAL, &left);
  say("repeating: interval %ld, left %s\n", left.interval.microseconds,
      about(left.value.microseconds, 1, 10000));
  next = in_ms(0, 20);
  setitimer(REAL, &next, &old);
  getitimer(REAL, &left);
  say("stopped: interval before %ld, now %ld, value %ld\n", old.interval.microseconds,
      left.interval.microseconds, left.value.microseconds);
  uint32_t set[2] = {mask_bit(SIGALRM), 0};
  sys_rt_sigprocmask(SIG_BLOCK, set, 0);
  set_ms(REAL, 5, 1000);
  sleep_ms(60);
  struct timespec zero = {0, 0};
  struct siginfo info;
  say("blocked for a while: %e", sys_rt_sigtimedwait(set, &info, &zero));
  say(", code %d, again %e\n", info.code, sys_rt_sigtimedwait(set, &info, &zero));
  struct timespec second = {10, 0};
  say("it goes on: %e\n", sys_rt_sigtimedwait(set, &info, &second));
  set_ms(REAL, 0, 0);
  sys_rt_sigtimedwait(set, &info, &zero);
  sys_rt_sigprocmask(SIG_UNBLOCK, set, 0);

  say("-- virtual and profiling time\n");
  set_ms(VIRTUAL, 200, 0);
  set_ms(PROF, 200, 0);
  sleep_ms(300);
  say("asleep: %d, %d\n", counts[SIGVTALRM], counts[SIGPROF]);
  long end = now_ms(CLOCK_MONOTONIC) + 20000;
  while ((!counts[SIGVTALRM] || !counts[SIGPROF]) && now_ms(CLOCK_MONOTONIC) < end)
    for (volatile int k = 0; k < 30000; k++) continue;
  say("at work: %d, %d, code %d\n", counts[SIGVTALRM], counts[SIGPROF], code);
  getitimer(VIRTUAL, &left);
  say("left: %ld %ld\n", left.value.seconds, left.value.microseconds);
  set_ms(VIRTUAL, 20, 20);
  end = now_ms(CLOCK_MONOTONIC) + 20000;
  while (counts[SIGVTALRM] < 4 && now_ms(CLOCK_MONOTONIC) < end)
    for (volatile int k = 0; k < 30000; k++) continue;
  getitimer(VIRTUAL, &left);
  say("repeating: %s, interval %ld, left %s\n", yes_no(counts[SIGVTALRM] >= 4),
      left.interval.microseconds, about(left.value.microseconds, 1, 24000));
  set_ms(VIRTUAL, 0, 0);
  getitimer(VIRTUAL, &left);
  say("stopped: %ld %ld\n", left.interval.microseconds, left.value.microseconds);

  say("-- fork and exec\n");
  set_ms(REAL, 100000, 0);
  set_ms(VIRTUAL, 100000, 0);
  set_ms(PROF, 100000, 1000);
  run_in_child(in_child, 0);
  sys_rt_sigprocmask(SIG_BLOCK, set, 0);
  sys_kill(sys_getpid(), SIGALRM);
  char *arguments[] = {argv[0], "again", 0};
  need(sys_execve(argv[0], arguments, envp), "execve");
  return 1;
}
