// CPU time that is counted and limited: times, getrusage, wait4, RLIMIT_CPU.

#include "guest.h"

#include "timing.h"

struct rusage {
  struct timeval user, system;
  long maxrss, rest[11], voluntary, involuntary;
};

struct tms {
  long user, system, children_user, children_system;
};

enum { SELF = 0, CHILDREN = -1, THREAD = 1 };

static long getrusage(int who, struct rusage *to) { return syscall2(NR_getrusage, who, ARG(to)); }

static long user_ms(int who) {
  struct rusage usage;
  need(getrusage(who, &usage), "getrusage");
  return usage.user.seconds * 1000 + usage.user.microseconds / 1000;
}

static long system_ms(int who) {
  struct rusage usage;
  need(getrusage(who, &usage), "getrusage");
  return usage.system.seconds * 1000 + usage.system.microseconds / 1000;
}

static void spin(void) {
  for (volatile int i = 0; i < 300000; i++) continue;
}

// In user mode for that long.
static void spin_ms(long ms) {
  long end = user_ms(THREAD) + ms;
  while (user_ms(THREAD) < end) spin();
}

static long work(void *ms) {
  spin_ms(ARG(ms));
  return 0;
}

static long touch(void *bytes) {
  char *memory = new_memory((unsigned long)ARG(bytes), MAP_PRIVATE);
  for (long i = 0; i < ARG(bytes); i += 4096) memory[i] = 1;
  return 0;
}

static long touch_and_wait(void *bytes) {
  run_in_child(touch, bytes);
  return 0;
}

static volatile int xcpu;

static void on_xcpu(int signal, struct siginfo *info, struct ucontext *context) {
  xcpu++;
  say("SIGXCPU, code %d, limit ", info->code);
  unsigned long limit[2];
  syscall2(NR_getrlimit, 0, ARG(limit));
  say("%lu %lu\n", limit[0], limit[1]);
}

static long limited(void *how) {
  unsigned long limit[2] = {1, 2};
  if (ARG(how) == 2) limit[0] = 0;
  if (ARG(how) > 0) handle(SIGXCPU, on_xcpu, SA_SIGINFO);
  need(syscall2(NR_setrlimit, 0, ARG(limit)), "setrlimit");
  while (ARG(how) < 2 || xcpu < 2) spin();
  return xcpu;
}

static long fork_limited(void *unused) {
  unsigned long limit[2] = {1, 1};
  need(syscall2(NR_setrlimit, 0, ARG(limit)), "setrlimit");
  spin_ms(300);
  // A child starts from nothing, with the same limit.
  long from = now_ms(CLOCK_MONOTONIC);
  long child = fork_child(limited, 0);
  int status = wait_for(child);
  say("its child: %w, after %s\n", status, about(now_ms(CLOCK_MONOTONIC) - from, 800, 30000));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  struct rusage usage;
  struct tms times;
  say("-- errors\n");
  say("getrusage: 2 %e, -2 %e, nowhere %e, 2 and nowhere %e\n", getrusage(2, &usage),
      getrusage(-2, &usage), getrusage(SELF, (void *)NOWHERE), getrusage(2, (void *)NOWHERE));
  say("times: nowhere %e, null %s\n", syscall1(NR_times, NOWHERE),
      syscall1(NR_times, 0) < 0 && syscall1(NR_times, 0) > -4096 ? "an error" : "fine");

  say("-- time\n");
  long user = user_ms(SELF), system = system_ms(SELF);
  sleep_ms(2000);
  say("asleep: user %s, system %s\n", about(user_ms(SELF) - user, 0, 1500),
      about(system_ms(SELF) - system, 0, 1500));
  user = user_ms(SELF);
  spin_ms(100);
  say("at work: user %s, thread %s\n", about(user_ms(SELF) - user, 100, 2000),
      about(user_ms(THREAD), 100, 5000));
  system = system_ms(SELF);
  char *memory = new_memory(1 << 20, MAP_PRIVATE);
  int zero = (int)need(sys_open("/dev/zero", O_RDONLY, 0), "open");
  for (int i = 0; i < 30000 && system_ms(SELF) - system < 40; i++) sys_read(zero, memory, 1 << 20);
  say("in the kernel: %s\n", about(system_ms(SELF) - system, 40, 4000));
  say("children before: %s", about(user_ms(CHILDREN), 0, 50));
  int status = 0;
  long child = fork_child(work, (void *)100);
  need(syscall4(NR_wait4, child, ARG(&status), 0, ARG(&usage)), "wait4");
  say(", after %s, wait4 says %s\n", about(user_ms(CHILDREN), 100, 2000),
      about(usage.user.seconds * 1000 + usage.user.microseconds / 1000, 100, 2000));
  long clock = syscall1(NR_times, ARG(&times));
  say("times: user %s, children %s\n", about(times.user * 10, 90, 10000),
      about(times.children_user * 10, 90, 10000));
  sleep_ms(200);
  say("its clock: %s\n", about(syscall1(NR_times, ARG(&times)) - clock, 18, 300));
  struct thread thread;
  start_thread(&thread, 0, work, (void *)300);
  user = user_ms(THREAD);
  join_thread(&thread);
  say("a thread's time: ours %s", about(user_ms(THREAD) - user, 0, 200));
  say(", of all %s\n", about(user_ms(SELF), 400, 20000));

  say("-- memory\n");
  getrusage(SELF, &usage);
  long before = usage.maxrss;
  touch((void *)(4 << 20));
  getrusage(SELF, &usage);
  say("grown by: %s\n", about(usage.maxrss - before, 3800, 4400));
  getrusage(CHILDREN, &usage);
  long children = usage.maxrss;
  say("children's: %s\n", about(children, 20, before + 500));
  child = fork_child(touch_and_wait, (void *)(16 << 20));
  need(syscall4(NR_wait4, child, 0, 0, ARG(&usage)), "wait4");
  say("a grandchild's: %s", about(usage.maxrss, 16384, 40000));
  getrusage(CHILDREN, &usage);
  say(", children's %s\n", about(usage.maxrss, 16384, 40000));
  long switches = usage.voluntary;
  getrusage(SELF, &usage);
  switches = usage.voluntary;
  for (int i = 0; i < 20; i++) sleep_ms(1);
  getrusage(SELF, &usage);
  say("switches: %s\n", about(usage.voluntary - switches, 20, 200));

  say("-- limits\n");
  say("without a handler: %w\n", run_in_child(limited, (void *)0) & ~0x80);
  say("with one: %w\n", run_in_child(limited, (void *)1));
  say("of nothing: %w\n", run_in_child(limited, (void *)2));
  say("a child of a limited one: %w\n", run_in_child(fork_limited, 0));
  return 0;
}
