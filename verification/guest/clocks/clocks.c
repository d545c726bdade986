// Clocks: which there are, reading and setting them, their resolutions, CPU clocks of others.

#include "guest.h"

#include "timing.h"

struct timezone {
  int minutes_west, dst_time;
};

static long gettime(int clock, void *to) { return syscall2(NR_clock_gettime, clock, ARG(to)); }
static long settime(int clock, const void *from) {
  return syscall2(NR_clock_settime, clock, ARG(from));
}
static long getres(int clock, void *to) { return syscall2(NR_clock_getres, clock, ARG(to)); }

// The id of another task's clock.
static int cpu_clock(long pid, bool thread, int kind) {
  return (int)(~(unsigned long)pid << 3 | (thread ? 4u : 0u) | (unsigned)kind);
}

static void table(void) {
  say("-- all clocks: get, set, resolution, nowhere\n");
  for (int clock = -2; clock <= 17; clock++) {
    struct timespec time = {0, 0}, resolution = {-1, -1}, bad = {0, 1000000000};
    say("%d: get %e, nowhere %e", clock, gettime(clock, &time), gettime(clock, (void *)NOWHERE));
    say("; set a bad time %e, nowhere %e", settime(clock, &bad), settime(clock, (void *)NOWHERE));
    say("; resolution %e", getres(clock, &resolution));
    say(", %ld.%09ld, nowhere %e, null %e\n", resolution.seconds, resolution.nanoseconds,
        getres(clock, (void *)NOWHERE), getres(clock, 0));
  }
}

static void relations(void) {
  say("-- what they show\n");
  long monotonic = now_ms(CLOCK_MONOTONIC), raw = now_ms(CLOCK_MONOTONIC_RAW),
       coarse = now_ms(CLOCK_MONOTONIC_COARSE), boot = now_ms(CLOCK_BOOTTIME);
  say("raw %s, coarse %s, boot %s\n", about(raw - monotonic, -100, 1000),
      about(coarse - monotonic, -100, 1000), about(boot - monotonic, -10, 1000));
  struct timespec real, real_coarse, tai;
  struct timespec64 wide;
  struct timeval of_day;
  gettime(CLOCK_REALTIME, &real);
  gettime(CLOCK_REALTIME_COARSE, &real_coarse);
  gettime(CLOCK_TAI, &tai);
  need(syscall2(NR_clock_gettime64, CLOCK_REALTIME, ARG(&wide)), "clock_gettime64");
  need(syscall2(NR_gettimeofday, ARG(&of_day), 0), "gettimeofday");
  say("coarse %s, tai %s, 64 bits %s, of the day %s\n",
      about(real_coarse.seconds - real.seconds, -1, 1), about(tai.seconds - real.seconds, 0, 1),
      about((long)wide.seconds - real.seconds, 0, 1), about(of_day.seconds - real.seconds, 0, 1));
  say("nanoseconds %s, microseconds %s\n", about(real.nanoseconds, 0, 999999999),
      about(of_day.microseconds, 0, 999999));
  struct timespec one, two;
  int backwards = 0;
  gettime(CLOCK_MONOTONIC, &one);
  for (int i = 0; i < 1000; i++) {
    gettime(CLOCK_MONOTONIC, &two);
    backwards += two.seconds < one.seconds ||
                 (two.seconds == one.seconds && two.nanoseconds < one.nanoseconds);
    one = two;
  }
  say("went backwards: %d\n", backwards);
}

static volatile int go_on;
static volatile int *shared;

static long spin(void *unused) {
  while (!go_on) continue;
  return 0;
}

static long spin_shared(void *unused) {
  while (!*shared) continue;
  return 0;
}

static void cpu_clocks(void) {
  say("-- CPU clocks\n");
  long process = now_ms(CLOCK_PROCESS_CPUTIME_ID), thread = now_ms(CLOCK_THREAD_CPUTIME_ID);
  sleep_ms(2000);
  say("asleep: %s, %s\n", about(now_ms(CLOCK_PROCESS_CPUTIME_ID) - process, 0, 1500),
      about(now_ms(CLOCK_THREAD_CPUTIME_ID) - thread, 0, 1500));
  work_ms(60);
  say("at work: %s, %s\n", about(now_ms(CLOCK_PROCESS_CPUTIME_ID) - process, 60, 5000),
      about(now_ms(CLOCK_THREAD_CPUTIME_ID) - thread, 60, 5000));
  for (int kind = 0; kind < 4; kind++) {
    struct timespec time, resolution = {0, 0};
    say("own process, kind %d: %e", kind, gettime(cpu_clock(0, false, kind), &time));
    say(", by its pid %e, resolution %e", gettime(cpu_clock(sys_getpid(), false, kind), &time),
        getres(cpu_clock(0, false, kind), &resolution));
    say(" %ld; own thread %e", resolution.nanoseconds, gettime(cpu_clock(0, true, kind), &time));
    say(", by its tid %e\n", gettime(cpu_clock(sys_gettid(), true, kind), &time));
  }
  struct thread other;
  go_on = 0;
  start_thread(&other, 0, spin, 0);
  thread = now_ms(CLOCK_THREAD_CPUTIME_ID);
  process = now_ms(CLOCK_PROCESS_CPUTIME_ID);
  sleep_ms(400);
  say("another thread works: process %s, thread %s\n",
      about(now_ms(CLOCK_PROCESS_CPUTIME_ID) - process, 30, 3000),
      about(now_ms(CLOCK_THREAD_CPUTIME_ID) - thread, 0, 300));
  struct timespec time;
  long tid = other.tid;
  say("its clock: %e", gettime(cpu_clock(tid, true, 2), &time));
  say(", %s; as a process %e\n", about(time.seconds * 1000 + time.nanoseconds / 1000000, 20, 4000),
      gettime(cpu_clock(tid, false, 2), &time));
  go_on = 1;
  join_thread(&other);
  say("after its end: %e\n", gettime(cpu_clock(tid, true, 2), &time));
  shared = new_shared(4096);
  long child = fork_child(spin_shared, 0);
  sleep_ms(100);
  say("a child's clock: %e", gettime(cpu_clock(child, false, 2), &time));
  say(", %s; user time %e", about(time.seconds * 1000 + time.nanoseconds / 1000000, 20, 1000),
      gettime(cpu_clock(child, false, 1), &time));
  say("; as a thread %e, its resolution %e", gettime(cpu_clock(child, true, 2), &time),
      getres(cpu_clock(child, false, 2), &time));
  say("; set %e", settime(cpu_clock(child, false, 2), &time));
  *shared = 1;
  struct siginfo info;
  need(sys_waitid(P_PID, child, &info, WEXITED | WNOWAIT), "waitid");
  say("; a zombie's %e", gettime(cpu_clock(child, false, 2), &time));
  wait_for(child);
  say("; gone %e\n", gettime(cpu_clock(child, false, 2), &time));
  say("pid 1: %e, no such pid: %e, set it: %e, a file's: %e\n",
      gettime(cpu_clock(1, false, 2), &time), gettime(cpu_clock(4000000, false, 2), &time),
      settime(cpu_clock(4000000, false, 2), &time), gettime((int)(~0u << 3 | 3), &time));
}

static long as_user(void *unused) {
  struct timespec now, bad = {-1, 0};
  struct timezone zone = {0, 0};
  gettime(CLOCK_REALTIME, &now);
  now.nanoseconds = 0;
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
  say("as a user: clock_settime %e, a bad time %e, settimeofday %e, of a zone %e, of nothing %e\n",
      settime(CLOCK_REALTIME, &now), settime(CLOCK_REALTIME, &bad),
      syscall2(NR_settimeofday, ARG(&now), 0), syscall2(NR_settimeofday, 0, ARG(&zone)),
      syscall2(NR_settimeofday, 0, 0));
  zone.minutes_west = 901;
  say("a bad zone %e\n", syscall2(NR_settimeofday, 0, ARG(&zone)));
  return 0;
}

static void setting(void) {
  say("-- setting\n");
  struct timespec now, then;
  long monotonic = now_ms(CLOCK_MONOTONIC);
  gettime(CLOCK_REALTIME, &now);
  struct timespec next = {now.seconds + 1000, 500};
  say("a thousand seconds on: %e", settime(CLOCK_REALTIME, &next));
  gettime(CLOCK_REALTIME, &then);
  say(", %s; monotonic %s\n", about(then.seconds - now.seconds, 1000, 1005),
      about(now_ms(CLOCK_MONOTONIC) - monotonic, 0, 5000));
  struct timeval day = {now.seconds, 250000};
  say("settimeofday: %e", syscall2(NR_settimeofday, ARG(&day), 0));
  gettime(CLOCK_REALTIME, &then);
  say(", %s\n", about(then.seconds - now.seconds, 0, 5));
  struct timespec early = {0, 0}, negative = {-1, 0};
  struct timespec64 late = {0x7fffffffffffffffll, 0}, later = {8277292037ll, 0}, y2100 = {4102444800ll, 0};
  say("1970: %e, before: %e, the end of time: %e, too late: %e\n", settime(CLOCK_REALTIME, &early),
      settime(CLOCK_REALTIME, &negative),
      syscall2(NR_clock_settime64, CLOCK_REALTIME, ARG(&late)),
      syscall2(NR_clock_settime64, CLOCK_REALTIME, ARG(&later)));
  say("2100: %e", syscall2(NR_clock_settime64, CLOCK_REALTIME, ARG(&y2100)));
  struct timespec64 wide;
  need(syscall2(NR_clock_gettime64, CLOCK_REALTIME, ARG(&wide)), "clock_gettime64");
  gettime(CLOCK_REALTIME, &then);
  say(", 64 bits %s, 32 bits %s\n", about((long)(wide.seconds - y2100.seconds), 0, 5),
      about((long)((unsigned long)then.seconds - 4102444800ul), 0, 5));
  struct timeval bad_day = {now.seconds, 1000000}, bad_day2 = {now.seconds, -1},
                 bad_day3 = {now.seconds, 1000001};
  say("10^6 microseconds: %e, one more: %e, -1: %e, nowhere: %e\n",
      syscall2(NR_settimeofday, ARG(&bad_day), 0), syscall2(NR_settimeofday, ARG(&bad_day3), 0),
      syscall2(NR_settimeofday, ARG(&bad_day2), 0), syscall2(NR_settimeofday, NOWHERE, 0));
  day.seconds = now.seconds;
  need(syscall2(NR_settimeofday, ARG(&day), 0), "settimeofday");
  struct timezone zone = {1, 2}, got = {-1, -1}, far = {901, 0}, near = {-900, 0};
  say("zone: %e", syscall2(NR_gettimeofday, 0, ARG(&zone)));
  say(", %d %d; nowhere %e, time nowhere %e\n", zone.minutes_west, zone.dst_time,
      syscall2(NR_gettimeofday, 0, NOWHERE), syscall2(NR_gettimeofday, NOWHERE, 0));
  zone.minutes_west = 60;
  zone.dst_time = 7;
  gettime(CLOCK_REALTIME, &now);
  say("the first zone set: %e", syscall2(NR_settimeofday, 0, ARG(&zone)));
  gettime(CLOCK_REALTIME, &then);
  syscall2(NR_gettimeofday, 0, ARG(&got));
  say(", %d %d, moves the clock by an hour: %s\n", got.minutes_west, got.dst_time,
      yes_no(then.seconds - now.seconds >= 3600 && then.seconds - now.seconds < 3610));
  say("another: %e", syscall2(NR_settimeofday, 0, ARG(&near)));
  gettime(CLOCK_REALTIME, &now);
  say(", moves it: %s; too far: %e, nowhere: %e, bad time and nowhere: %e\n",
      yes_no(now.seconds - then.seconds >= 10 || now.seconds < then.seconds),
      syscall2(NR_settimeofday, 0, ARG(&far)), syscall2(NR_settimeofday, 0, NOWHERE),
      syscall2(NR_settimeofday, ARG(&bad_day2), NOWHERE));
  zone.minutes_west = zone.dst_time = 0;
  syscall2(NR_settimeofday, 0, ARG(&zone));
  now.seconds -= 3600;
  settime(CLOCK_REALTIME, &now);
  run_in_child(as_user, 0);
}

int guest_main(int argc, char **argv, char **envp) {
  table();
  relations();
  cpu_clocks();
  setting();
  return 0;
}
