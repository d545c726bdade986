// POSIX timers: what their signals carry, overruns, clocks, errors and who keeps them.

#include "guest.h"

#include "timing.h"

enum { SI_TIMER = -2, SI_MESGQ = -3 };
enum { SIGEV_SIGNAL = 0, SIGEV_NONE = 1, SIGEV_THREAD = 2, SIGEV_THREAD_ID = 4 };

struct sigevent {
  long value;
  int signal;
  int notify;
  int tid;
  int padding[12];
};

static long timer_create(int clock, const struct sigevent *event, int *id) {
  return syscall3(NR_timer_create, clock, ARG(event), ARG(id));
}

static long timer_settime(int id, int flags, const struct itimerspec *setting,
                          struct itimerspec *old) {
  return syscall4(NR_timer_settime, id, flags, ARG(setting), ARG(old));
}

static long timer_gettime(int id, struct itimerspec *to) {
  return syscall2(NR_timer_gettime, id, ARG(to));
}

static struct itimerspec in_ms(long first, long interval) {
  struct itimerspec setting = {{interval / 1000, interval % 1000 * 1000000},
                               {first / 1000, first % 1000 * 1000000}};
  return setting;
}

static long set_ms(int id, long first, long interval) {
  struct itimerspec setting = in_ms(first, interval);
  return timer_settime(id, 0, &setting, 0);
}

static int make(int clock, int signal, int notify, long value) {
  struct sigevent event = {value, signal, notify, (int)sys_gettid(), {0}};
  int id = -1;
  need(timer_create(clock, &event, &id), "timer_create");
  return id;
}

static void block(int signal) {
  uint32_t set[2] = {0, 0};
  set[(signal - 1) / 32] = mask_bit(signal);
  need(sys_rt_sigprocmask(SIG_BLOCK, set, 0), "rt_sigprocmask");
}

// Waits for a signal and says what came.
static long take(int signal, struct siginfo *info) {
  uint32_t set[2] = {0, 0};
  set[(signal - 1) / 32] = mask_bit(signal);
  struct timespec limit = {5, 0};
  return sys_rt_sigtimedwait(set, info, &limit);
}

static long take_now(int signal, struct siginfo *info) {
  uint32_t set[2] = {0, 0};
  set[(signal - 1) / 32] = mask_bit(signal);
  struct timespec limit = {0, 0};
  return sys_rt_sigtimedwait(set, info, &limit);
}

static void say_info(const struct siginfo *info, int id) {
  say("%S, code %d, its id: %s, value %ld", info->signo, info->code,
      yes_no(info->padding[0] == id), info->queued.value);
}

static void errors(void) {
  say("-- errors\n");
  int id;
  struct itimerspec setting = in_ms(1000, 0);
  static const int clocks[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 100, -1, -2, -3, -4, -5, -6};
  for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++) {
    struct sigevent event = {0, SIGUSR1, SIGEV_SIGNAL, 0, {0}};
    long result = timer_create(clocks[i], &event, &id);
    say("clock %d: %e", clocks[i], result);
    if (result == 0) syscall1(NR_timer_delete, id);
    event.signal = 0;
    say(", and signal 0: %e\n", timer_create(clocks[i], &event, &id));
  }
  static const int signals[] = {-1, 0, 1, 9, 19, 32, 64, 65};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigevent event = {0, signals[i], SIGEV_SIGNAL, 0, {0}};
    long result = timer_create(CLOCK_MONOTONIC, &event, &id);
    say("signal %d: %e", signals[i], result);
    if (result == 0) syscall1(NR_timer_delete, id);
    event.notify = SIGEV_NONE;
    result = timer_create(CLOCK_MONOTONIC, &event, &id);
    say(", with SIGEV_NONE %e\n", result);
    if (result == 0) syscall1(NR_timer_delete, id);
  }
  for (int notify = -1; notify < 9; notify++) {
    struct sigevent event = {0, SIGUSR1, notify, (int)sys_gettid(), {0}};
    long result = timer_create(CLOCK_MONOTONIC, &event, &id);
    say("notify %d: %e", notify, result);
    if (result == 0) syscall1(NR_timer_delete, id);
    event.tid = 1;
    result = timer_create(CLOCK_MONOTONIC, &event, &id);
    say(", tid 1: %e", result);
    if (result == 0) syscall1(NR_timer_delete, id);
    event.tid = 0;
    result = timer_create(CLOCK_MONOTONIC, &event, &id);
    say(", tid 0: %e\n", result);
    if (result == 0) syscall1(NR_timer_delete, id);
  }
  say("no event: %e", timer_create(CLOCK_MONOTONIC, 0, &id));
  syscall1(NR_timer_delete, id);
  say(", an unmapped one %e, and clock 100 %e\n", timer_create(CLOCK_MONOTONIC, (void *)NOWHERE, &id),
      timer_create(100, (void *)NOWHERE, &id));
  struct sigevent bad = {0, 0, SIGEV_SIGNAL, 0, {0}};
  say("nowhere for the id: %e, and signal 0 %e\n", timer_create(CLOCK_MONOTONIC, 0, (int *)NOWHERE),
      timer_create(CLOCK_MONOTONIC, &bad, (int *)NOWHERE));
  say("no timer: gettime %e, settime %e, getoverrun %e, delete %e\n", timer_gettime(12345, &setting),
      timer_settime(12345, 0, &setting, 0), syscall1(NR_timer_getoverrun, 12345),
      syscall1(NR_timer_delete, 12345));
  say("timer -1: gettime %e, settime %e, getoverrun %e, delete %e\n", timer_gettime(-1, &setting),
      timer_settime(-1, 0, &setting, 0), syscall1(NR_timer_getoverrun, -1),
      syscall1(NR_timer_delete, -1));
  say("no timer, nowhere: gettime %e, settime %e, null %e\n", timer_gettime(12345, (void *)NOWHERE),
      timer_settime(12345, 0, (void *)NOWHERE, 0), timer_settime(12345, 0, 0, 0));
  id = make(CLOCK_MONOTONIC, SIGUSR1, SIGEV_SIGNAL, 0);
  struct itimerspec wrong = setting;
  wrong.value.nanoseconds = 1000000000;
  say("value of 10^9 ns: %e, no timer: %e", timer_settime(id, 0, &wrong, 0),
      timer_settime(12345, 0, &wrong, 0));
  wrong.value.nanoseconds = -1;
  say(", -1 ns %e", timer_settime(id, 0, &wrong, 0));
  wrong.value.nanoseconds = 0;
  wrong.value.seconds = -1;
  say(", -1 s %e", timer_settime(id, 0, &wrong, 0));
  wrong = in_ms(0, 0);
  wrong.interval.nanoseconds = 1000000000;
  say(", only the interval %e\n", timer_settime(id, 0, &wrong, 0));
  say("null: %e, nowhere: %e, flags -1: %e\n", timer_settime(id, 0, 0, 0),
      timer_settime(id, 0, (void *)NOWHERE, 0), timer_settime(id, ~TIMER_ABSTIME, &setting, 0));
  say("nowhere for the old setting: %e", timer_settime(id, 0, &setting, (void *)NOWHERE));
  struct itimerspec now = in_ms(0, 0);
  timer_gettime(id, &now);
  say(", set all the same: %s; nowhere to: %e\n",
      yes_no(now.value.seconds != 0 || now.value.nanoseconds != 0),
      timer_gettime(id, (void *)NOWHERE));
  say("delete: %e", syscall1(NR_timer_delete, id));
  say(", again %e\n", syscall1(NR_timer_delete, id));
}

static volatile int handled, handled_code, handled_id, handled_overrun;
static volatile long handled_value, handled_tid;

static void handler(int signal, struct siginfo *info, struct ucontext *context) {
  handled++;
  handled_code = info->code;
  handled_id = info->padding[0];
  handled_overrun = info->padding[1];
  handled_value = info->queued.value;
  handled_tid = sys_gettid();
}

static void signals(void) {
  say("-- signals\n");
  struct siginfo info;
  block(SIGUSR1);
  block(SIGRTMIN + 3);
  block(SIGALRM);
  int id = make(CLOCK_MONOTONIC, SIGUSR1, SIGEV_SIGNAL, 0x12345678);
  set_ms(id, 10, 0);
  need(take(SIGUSR1, &info), "take");
  say_info(&info, id);
  say(", overrun %d, getoverrun %e\n", info.padding[1], syscall1(NR_timer_getoverrun, id));
  struct itimerspec left;
  timer_gettime(id, &left);
  say("left after it: %ld %ld\n", left.value.seconds, left.value.nanoseconds);

  // Twice without being taken: one signal.
  set_ms(id, 10, 0);
  sleep_ms(40);
  set_ms(id, 10, 0);
  sleep_ms(40);
  say("twice: %e", take_now(SIGUSR1, &info));
  say(", overrun %d; another: %e\n", info.padding[1], take_now(SIGUSR1, &info));

  // A repeating one.
  struct itimerspec repeating = in_ms(20, 20), old;
  say("repeating: %e", timer_settime(id, 0, &repeating, &old));
  say(", before: interval %ld.%09ld, value %ld.%09ld\n", old.interval.seconds,
      old.interval.nanoseconds, old.value.seconds, old.value.nanoseconds);
  sleep_ms(110);
  need(take(SIGUSR1, &info), "take");
  say("after a while: overrun %s, getoverrun the same: %s\n", about(info.padding[1], 3, 500),
      yes_no(syscall1(NR_timer_getoverrun, id) == info.padding[1]));
  timer_gettime(id, &left);
  say("interval %ld ms, left %s\n", left.interval.nanoseconds / 1000000,
      about(left.value.nanoseconds / 1000, 0, 20000));
  need(take(SIGUSR1, &info), "take");
  say("and again: overrun %s\n", about(info.padding[1], 0, 500));
  sleep_ms(50);
  set_ms(id, 0, 0);
  say("stopped with its signal pending: %e", take_now(SIGUSR1, &info));
  say(", overrun %d, getoverrun %e\n", info.padding[1], syscall1(NR_timer_getoverrun, id));
  sleep_ms(40);
  say("no more: %e\n", take_now(SIGUSR1, &info));

  // Two timers with one standard signal: two entries.
  int other = make(CLOCK_MONOTONIC, SIGUSR1, SIGEV_SIGNAL, 2);
  set_ms(id, 5, 0);
  set_ms(other, 15, 0);
  sleep_ms(60);
  sys_kill(sys_getpid(), SIGUSR1);
  say("two timers and kill: ");
  need(take_now(SIGUSR1, &info), "take");
  say_info(&info, id);
  say("; ");
  need(take_now(SIGUSR1, &info), "take");
  say_info(&info, other);
  say("; %e\n", take_now(SIGUSR1, &info));

  // Deleted while its signal is pending.
  set_ms(id, 5, 0);
  sleep_ms(40);
  say("deleted: %e", syscall1(NR_timer_delete, id));
  say(", its signal: %e\n", take_now(SIGUSR1, &info));
  syscall1(NR_timer_delete, other);

  // The default event.
  need(timer_create(CLOCK_REALTIME, 0, &id), "timer_create");
  set_ms(id, 5, 0);
  need(take(SIGALRM, &info), "take");
  say("default event: %S, code %d, id as value: %s\n", info.signo, info.code,
      yes_no(info.queued.value == id));
  syscall1(NR_timer_delete, id);

  // A handler.
  handle(SIGUSR2, handler, SA_SIGINFO);
  id = make(CLOCK_BOOTTIME, SIGUSR2, SIGEV_SIGNAL, -7);
  set_ms(id, 10, 0);
  while (handled == 0) sleep_ms(5);
  say("handler: code %d, its id: %s, overrun %d, value %ld\n", handled_code,
      yes_no(handled_id == id), handled_overrun, handled_value);
  set_ms(id, 5, 5);
  while (handled < 4) sleep_ms(2);
  set_ms(id, 0, 0);
  say("repeatedly: %s\n", yes_no(handled >= 4));
  syscall1(NR_timer_delete, id);

  // Ignored.
  handle(SIGUSR2, SIG_IGN, 0);
  id = make(CLOCK_MONOTONIC, SIGUSR2, SIGEV_SIGNAL, 5);
  set_ms(id, 5, 5);
  sleep_ms(40);
  handled = 0;
  handle(SIGUSR2, handler, SA_SIGINFO);
  while (handled == 0) sleep_ms(2);
  say("ignored, then handled: code %d, value %ld\n", handled_code, handled_value);
  set_ms(id, 0, 0);
  syscall1(NR_timer_delete, id);
}

static void kinds(void) {
  say("-- SIGEV_NONE and absolute times\n");
  struct itimerspec left, setting;
  int id = make(CLOCK_MONOTONIC, SIGUSR1, SIGEV_NONE, 0);
  set_ms(id, 5000, 0);
  timer_gettime(id, &left);
  say("set: %s\n", about(left.value.seconds * 1000 + left.value.nanoseconds / 1000000, 3000, 5000));
  set_ms(id, 5, 0);
  sleep_ms(20);
  timer_gettime(id, &left);
  say("over: %ld %ld, overrun %e\n", left.value.seconds, left.value.nanoseconds,
      syscall1(NR_timer_getoverrun, id));
  set_ms(id, 5, 50);
  sleep_ms(20);
  timer_gettime(id, &left);
  say("repeating: interval %ld, left %s\n", left.interval.nanoseconds,
      about(left.value.nanoseconds / 1000000, 1, 50));
  struct siginfo info;
  say("no signal: %e\n", take_now(SIGUSR1, &info));
  syscall1(NR_timer_delete, id);

  id = make(CLOCK_REALTIME, SIGUSR1, SIGEV_SIGNAL, 1);
  setting = in_ms(1000, 0);
  need(timer_settime(id, TIMER_ABSTIME, &setting, 0), "timer_settime");
  say("a time of 1970: %e\n", take(SIGUSR1, &info));
  struct timespec now;
  syscall2(NR_clock_gettime, CLOCK_REALTIME, ARG(&now));
  setting = in_ms(0, 0);
  setting.value = now;
  setting.value.seconds += 1000;
  timer_settime(id, TIMER_ABSTIME, &setting, 0);
  timer_gettime(id, &left);
  say("in a thousand seconds: %s\n", about(left.value.seconds, 990, 1000));
  setting.value.seconds -= 1000;
  setting.interval.seconds = 0;
  setting.interval.nanoseconds = 10000000;
  // It began a second ago.
  setting.value.seconds -= 1;
  timer_settime(id, TIMER_ABSTIME, &setting, 0);
  need(take(SIGUSR1, &info), "take");
  say("a hundred missed: %s\n", about(info.padding[1], 99, 2000));
  syscall1(NR_timer_delete, id);

  struct itimerspec64 wide = {{0, 0}, {0, 0x500000000ll + 5000000}}, wide_left;
  id = make(CLOCK_MONOTONIC, SIGUSR1, SIGEV_SIGNAL, 1);
  say("64 bits, with padding: %e", syscall4(NR_timer_settime64, id, 0, ARG(&wide), 0));
  say(", %e", take(SIGUSR1, &info));
  wide.value.seconds = 0x100000000ll;
  wide.value.nanoseconds = 0;
  say("; in 136 years: %e", syscall4(NR_timer_settime64, id, 0, ARG(&wide), ARG(&wide_left)));
  say(", %e", syscall2(NR_timer_gettime64, id, ARG(&wide_left)));
  say(", left %lx %lx\n", (long)(wide_left.value.seconds >> 32) & 1,
      (long)wide_left.value.seconds == -1 ? 0ul : (unsigned long)wide_left.value.seconds & 0xf0000000);
  syscall1(NR_timer_delete, id);
}

static volatile int ready;

static long wait_in_thread(void *unused) {
  ready = (int)sys_gettid();
  while (handled == 0) sleep_ms(2);
  return 0;
}

static long end_at_once(void *unused) {
  ready = (int)sys_gettid();
  wait_until(&ready, 0);
  return 0;
}

static void threads(void) {
  say("-- SIGEV_THREAD_ID\n");
  handled = 0;
  struct thread thread;
  handle(SIGUSR2, handler, SA_SIGINFO);
  start_thread(&thread, 0, wait_in_thread, 0);
  while (!ready) sleep_ms(1);
  struct sigevent event = {77, SIGUSR2, SIGEV_SIGNAL | SIGEV_THREAD_ID, ready, {0}};
  int id;
  say("create: %e\n", timer_create(CLOCK_MONOTONIC, &event, &id));
  set_ms(id, 10, 0);
  long tid = ready;
  join_thread(&thread);
  say("handled there: %s, value %ld\n", yes_no(handled_tid == tid), handled_value);
  event.tid = (int)tid;
  int another;
  say("for a thread that has ended: %e\n", timer_create(CLOCK_MONOTONIC, &event, &another));
  handled = 0;
  set_ms(id, 5, 5);
  sleep_ms(30);
  say("its timer goes on: %e, handled %d\n", syscall1(NR_timer_delete, id), handled);
  ready = 0;
  start_thread(&thread, 0, end_at_once, 0);
  while (!ready) sleep_ms(1);
  event.tid = ready;
  event.notify = SIGEV_THREAD_ID;
  need(timer_create(CLOCK_MONOTONIC, &event, &id), "timer_create");
  set_ms(id, 40, 0);
  set_and_wake(&ready, 0);
  join_thread(&thread);
  sleep_ms(60);
  struct itimerspec left;
  timer_gettime(id, &left);
  say("the thread ended before: handled %d, left %ld\n", handled, left.value.nanoseconds);
  syscall1(NR_timer_delete, id);
}

static void cpu_time(void) {
  say("-- CPU time\n");
  struct siginfo info;
  block(SIGUSR1);
  static const int clocks[] = {CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
  for (int i = 0; i < 2; i++) {
    int id = make(clocks[i], SIGUSR1, SIGEV_SIGNAL, clocks[i]);
    set_ms(id, 300, 0);
    sleep_ms(400);
    say("clock %d: asleep %e", clocks[i], take_now(SIGUSR1, &info));
    struct itimerspec left;
    timer_gettime(id, &left);
    say(", left %s", about(left.value.nanoseconds / 1000000, 20, 300));
    work_ms(400);
    say(", at work %e", take_now(SIGUSR1, &info));
    timer_gettime(id, &left);
    say(", left %ld", left.value.nanoseconds);
    set_ms(id, 20, 20);
    work_ms(150);
    say("; repeating %e", take_now(SIGUSR1, &info));
    say(", overrun %s\n", about(info.padding[1], 2, 400));
    syscall1(NR_timer_delete, id);
  }
}

static long in_child(void *id) {
  struct itimerspec left;
  say("a child: gettime %e", timer_gettime((int)ARG(id), &left));
  int own = -1;
  say(", create %e", timer_create(CLOCK_MONOTONIC, 0, &own));
  say(", delete %e\n", syscall1(NR_timer_delete, own));
  return 0;
}

static void limits(void) {
  say("-- limits\n");
  struct {
    unsigned long soft, hard;
  } limit;
  need(syscall2(NR_getrlimit, 11, ARG(&limit)), "getrlimit");
  unsigned long before = limit.soft;
  limit.soft = 3;
  need(syscall2(NR_setrlimit, 11, ARG(&limit)), "setrlimit");
  int ids[6], made = 0;
  long result = 0;
  while (made < 6 && (result = timer_create(CLOCK_MONOTONIC, 0, &ids[made])) == 0) made++;
  say("%d timers, then %e\n", made, result);
  for (int i = 0; i < made; i++) syscall1(NR_timer_delete, ids[i]);
  say("again: %e\n", timer_create(CLOCK_MONOTONIC, 0, &ids[0]));
  syscall1(NR_timer_delete, ids[0]);
  limit.soft = before;
  need(syscall2(NR_setrlimit, 11, ARG(&limit)), "setrlimit");
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc == 3) {
    // Executed again, with the id of a timer and its signal pending.
    struct siginfo info;
    struct itimerspec left;
    say("after exec: gettime %e, its signal %e", timer_gettime(argv[2][0] - '0', &left),
        take_now(SIGRTMIN + 3, &info));
    say(", sigqueue's %e\n", take_now(SIGRTMIN + 4, &info));
    return 0;
  }
  int first, second;
  need(timer_create(CLOCK_MONOTONIC, 0, &first), "timer_create");
  need(timer_create(CLOCK_MONOTONIC, 0, &second), "timer_create");
  syscall1(NR_timer_delete, first);
  say("ids: %d, %d", first, second);
  need(timer_create(CLOCK_MONOTONIC, 0, &first), "timer_create");
  say(", %d\n", first);
  syscall1(NR_timer_delete, first);
  syscall1(NR_timer_delete, second);
  errors();
  signals();
  kinds();
  threads();
  cpu_time();
  limits();
  say("-- fork and exec\n");
  int id = make(CLOCK_MONOTONIC, SIGUSR1, SIGEV_SIGNAL, 1);
  run_in_child(in_child, (void *)(long)id);
  block(SIGRTMIN + 4);
  id = make(CLOCK_MONOTONIC, SIGRTMIN + 3, SIGEV_SIGNAL, 1);
  set_ms(id, 1, 0);
  sleep_ms(30);
  struct siginfo info = {SIGRTMIN + 4, 0, SI_QUEUE, {{0, 0, 0}}};
  need(sys_rt_sigqueueinfo(sys_getpid(), SIGRTMIN + 4, &info), "rt_sigqueueinfo");
  char digit[2] = {(char)('0' + id % 10), 0};
  char *arguments[] = {argv[0], "again", digit, 0};
  need(sys_execve(argv[0], arguments, envp), "execve");
  return 1;
}
