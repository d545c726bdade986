// Nice values, scheduling policies, processors and I/O priorities: kept and reported, with Linux's
// errors.

#include "guest.h"

enum { PRIO_PROCESS, PRIO_PGRP, PRIO_USER };
enum {
  SCHED_OTHER = 0,
  SCHED_FIFO = 1,
  SCHED_RR = 2,
  SCHED_BATCH = 3,
  SCHED_IDLE = 5,
  SCHED_DEADLINE = 6,
  RESET = 0x40000000
};
enum { RLIMIT_NICE = 13, RLIMIT_RTPRIO = 14 };

static long getpriority(int which, int id) { return syscall2(NR_getpriority, which, id); }
static long setpriority(int which, int id, int nice) {
  return syscall3(NR_setpriority, which, id, nice);
}
static long scheduler(long pid, int policy, int priority) {
  return syscall3(NR_sched_setscheduler, pid, policy, ARG(&priority));
}
static long parameter(long pid, int priority) {
  return syscall2(NR_sched_setparam, pid, ARG(&priority));
}
static long policy(long pid) { return syscall1(NR_sched_getscheduler, pid); }
static long priority_of(long pid) {
  int priority = -1;
  long result = syscall2(NR_sched_getparam, pid, ARG(&priority));
  return result < 0 ? result : priority;
}

static void limit(int resource, unsigned soft, unsigned hard) {
  unsigned long both[2] = {soft, hard};
  need(syscall2(NR_setrlimit, resource, ARG(both)), "setrlimit");
}

struct attributes {
  uint32_t size, policy;
  uint64_t flags;
  int nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
  uint32_t low, high;
};

static long setattr(long pid, struct attributes *from, unsigned flags) {
  return syscall3(NR_sched_setattr, pid, ARG(from), flags);
}
static long getattr(long pid, struct attributes *to, unsigned size, unsigned flags) {
  return syscall4(NR_sched_getattr, pid, ARG(to), size, flags);
}

static void show_attributes(const char *what, long result) {
  struct attributes a = {0};
  long got = getattr(0, &a, sizeof a, 0);
  say("%s: %e; now %e, size %d, policy %d, flags %x, nice %d, priority %d", what, result, got,
      a.size, a.policy, (unsigned)a.flags, a.nice, a.priority);
  if (a.policy == SCHED_DEADLINE)
    say(", %u of %u in %u", (unsigned)a.runtime, (unsigned)a.deadline, (unsigned)a.period);
  say("\n");
}

static long inherited(void *unused) {
  say("child: nice %e", getpriority(PRIO_PROCESS, 0));
  say(", policy %e", policy(0));
  say(", priority %e\n", priority_of(0));
  return 0;
}

static long nice_values(void *unused) {
  say("20 - nice: %e\n", getpriority(PRIO_PROCESS, 0));
  say("set 5: %e", setpriority(PRIO_PROCESS, 0, 5));
  say(", %e\n", getpriority(PRIO_PROCESS, sys_getpid()));
  say("set 100: %e", setpriority(PRIO_PROCESS, 0, 100));
  say(", %e\n", getpriority(PRIO_PROCESS, 0));
  say("set -100: %e", setpriority(PRIO_PROCESS, 0, -100));
  say(", %e\n", getpriority(PRIO_PROCESS, 0));
  say("which: %e", getpriority(3, 0));
  say(", %e", getpriority(-1, 0));
  say(", %e\n", setpriority(3, 0, 0));
  say("nobody: %e", getpriority(PRIO_PROCESS, 32000));
  say(", %e", setpriority(PRIO_PROCESS, 32000, 0));
  say(", group %e", getpriority(PRIO_PGRP, 32000));
  say(", %e", setpriority(PRIO_PGRP, 32000, 0));
  say(", user %e", getpriority(PRIO_USER, 4321));
  say(", %e\n", setpriority(PRIO_USER, 4321, 0));
  setpriority(PRIO_PROCESS, 0, 3);
  run_in_child(inherited, 0);
  syscall2(NR_setpgid, 0, 0);
  say("my group: %e", setpriority(PRIO_PGRP, 0, 7));
  say(", %e\n", getpriority(PRIO_PGRP, sys_getpid()));
  limit(RLIMIT_NICE, 15, 15);
  syscall1(NR_setuid, 1000);
  say("as a user: set 8: %e", setpriority(PRIO_PROCESS, 0, 8));
  say(", set 5: %e", setpriority(PRIO_PROCESS, 0, 5));
  say(", set 4: %e", setpriority(PRIO_PROCESS, 0, 4));
  say(", now %e\n", getpriority(PRIO_PROCESS, 0));
  say("init: get %d", getpriority(PRIO_PROCESS, 1) > 0);
  say(", set %e", setpriority(PRIO_PROCESS, 1, 10));
  say("; all mine: %e", setpriority(PRIO_USER, 1000, 9));
  say("; root's: %e", setpriority(PRIO_USER, 0, 9));
  say(", get %d\n", getpriority(PRIO_USER, 0) == getpriority(PRIO_USER, 1000));
  say("user 0 means root here: %e\n", getpriority(PRIO_USER, 1000));
  return 0;
}

static long policies(void *unused) {
  for (int p = -1; p <= 8; p++) {
    say("policy %d", p);
    say(": min %e", syscall1(NR_sched_get_priority_min, p));
    say(", max %e", syscall1(NR_sched_get_priority_max, p));
    say(", set 0: %e", scheduler(0, p, 0));
    say(", set 1: %e\n", scheduler(0, p, 1));
  }
  say("other: %e\n", scheduler(0, SCHED_OTHER, 0));
  say("fifo 100: %e", scheduler(0, SCHED_FIFO, 100));
  say(", 99: %e", scheduler(0, SCHED_FIFO, 99));
  say(", rr 0: %e", scheduler(0, SCHED_RR, 0));
  say(", -1: %e\n", scheduler(0, SCHED_RR, -1));
  say("now %e", policy(0));
  say(", %e", priority_of(0));
  say("; setparam 5: %e", parameter(0, 5));
  say(", %e", priority_of(0));
  say(", 0: %e", parameter(0, 0));
  say(", 100: %e\n", parameter(0, 100));
  run_in_child(inherited, 0);
  say("reset on fork: %e", scheduler(0, SCHED_RR | RESET, 7));
  say(", %e\n", policy(0));
  run_in_child(inherited, 0);
  setpriority(PRIO_PROCESS, 0, -5);
  say("batch, nice -5, reset: %e", scheduler(0, SCHED_BATCH | RESET, 0));
  say(", %e", policy(0));
  say(", %e\n", getpriority(PRIO_PROCESS, 0));
  run_in_child(inherited, 0);
  say("no param: %e", syscall3(NR_sched_setscheduler, 0, 0, 0));
  say(", %e", syscall2(NR_sched_setparam, 0, 0));
  say(", %e", syscall2(NR_sched_getparam, 0, 0));
  say("; negative pid: %e", scheduler(-1, 0, 0));
  say(", %e", parameter(-1, 0));
  say(", %e", policy(-1));
  say(", %e", priority_of(-1));
  say(", %e", syscall3(NR_sched_setscheduler, -1, 0, 1));
  say("; bad address: %e", syscall3(NR_sched_setscheduler, 32000, 0, 1));
  say(", %e\n", syscall2(NR_sched_getparam, 0, 1));
  say("nobody: %e", scheduler(32000, 0, 0));
  say(", %e", parameter(32000, 0));
  say(", %e", policy(32000));
  say(", %e", priority_of(32000));
  say(", wrong policy for nobody: %e\n", scheduler(32000, 77, 0));
  return 0;
}

static long policies_of_users(void *unused) {
  syscall3(NR_setresuid, 1000, 1000, 0);
  say("fifo: %e", scheduler(0, SCHED_FIFO, 1));
  say(", idle: %e", scheduler(0, SCHED_IDLE, 0));
  say(", other again: %e", scheduler(0, SCHED_OTHER, 0));
  say(", batch: %e\n", scheduler(0, SCHED_BATCH, 0));
  syscall1(NR_setuid, 0);
  syscall3(NR_setresuid, 0, 0, 0);
  scheduler(0, SCHED_OTHER, 0);
  limit(RLIMIT_RTPRIO, 10, 10);
  limit(RLIMIT_NICE, 20, 20);
  syscall1(NR_setuid, 1000);
  say("with a limit: fifo 10: %e", scheduler(0, SCHED_FIFO, 10));
  say(", 11: %e", scheduler(0, SCHED_FIFO, 11));
  say(", init: %e\n", scheduler(1, SCHED_FIFO, 1));
  say("idle: %e", scheduler(0, SCHED_IDLE, 0));
  say(", other: %e\n", scheduler(0, SCHED_OTHER, 0));
  say("reset on fork: %e", scheduler(0, SCHED_OTHER | RESET, 0));
  say(", not any more: %e", scheduler(0, SCHED_OTHER, 0));
  say(", %e\n", policy(0));
  return 0;
}

static long attributes(void *unused) {
  struct attributes a = {sizeof a, SCHED_OTHER, 0, 7, 0, 0, 0, 0, 0, 0};
  show_attributes("at first", 0);
  show_attributes("nice 7", setattr(0, &a, 0));
  a.nice = 99;
  show_attributes("nice 99", setattr(0, &a, 0));
  a.policy = SCHED_RR, a.priority = 3, a.flags = 1;
  show_attributes("rr 3, reset", setattr(0, &a, 0));
  a.flags = 8 | 16;
  a.policy = SCHED_BATCH, a.priority = 44;
  show_attributes("keep both", setattr(0, &a, 0));
  a.flags = 0;
  show_attributes("batch with a priority", setattr(0, &a, 0));
  a.priority = 0, a.size = 0, a.nice = 1;
  show_attributes("size 0", setattr(0, &a, 0));
  a.size = 47;
  say("size 47: %e", setattr(0, &a, 0));
  say(", says %d; ", a.size);
  say("says %d\n", a.size);
  a.size = 5000;
  long result = setattr(0, &a, 0);
  say("size 5000: %e, says %d\n", result, a.size);
  struct {
    struct attributes a;
    uint32_t more[4];
  } large = {a, {0}};
  large.a.size = sizeof large;
  say("larger, zeros: %e\n", setattr(0, &large.a, 0));
  large.a.size = sizeof large;
  large.more[1] = 1;
  result = setattr(0, &large.a, 0);
  say("larger, not zeros: %e, says %d\n", result, large.a.size);
  a.size = sizeof a, a.flags = 0x80;
  say("unknown flag: %e", setattr(0, &a, 0));
  a.flags = 0x20;
  say(", clamp: %e", setattr(0, &a, 0));
  a.flags = 0x10000000;
  say(", kernel's own: %e", setattr(0, &a, 0));
  a.flags = 0, a.policy = -2;
  say(", policy -2: %e", setattr(0, &a, 0));
  a.policy = 9;
  say(", 9: %e\n", setattr(0, &a, 0));
  a.policy = SCHED_OTHER;
  say("no attributes: %e", setattr(0, 0, 0));
  say(", pid -1: %e", setattr(-1, &a, 0));
  say(", flags: %e", setattr(0, &a, 1));
  say(", nobody: %e", setattr(32000, &a, 0));
  say(", bad address %e\n", setattr(0, (void *)1, 0));
  say("getattr: none: %e", getattr(0, 0, 48, 0));
  say(", pid -1: %e", getattr(-1, &a, 48, 0));
  say(", flags: %e", getattr(0, &a, 48, 1));
  say(", nobody: %e", getattr(32000, &a, 48, 0));
  say(", small: %e", getattr(0, &a, 47, 0));
  say(", large: %e", getattr(0, &a, 4097, 0));
  say(", bad address: %e\n", getattr(0, (void *)1, 48, 0));
  struct {
    struct attributes a;
    uint32_t more[4];
  } filled;
  memset(&filled, 0xee, sizeof filled);
  say("larger: %e", getattr(0, &filled.a, sizeof filled, 0));
  say(", size %d, behind it %x", filled.a.size, filled.more[0]);
  memset(&filled, 0xee, sizeof filled);
  result = getattr(0, &filled.a, 48, 0);
  say("; 48: %e, size %d, behind it %x\n", result, filled.a.size, filled.a.low);
  return 0;
}

static long deadline(void *unused) {
  struct attributes a = {48, SCHED_DEADLINE, 0, 0, 0, 10000000, 30000000, 30000000, 0, 0};
  show_attributes("deadline", setattr(0, &a, 0));
  a.period = 0;
  show_attributes("period 0", setattr(0, &a, 0));
  a.runtime = 40000000;
  show_attributes("runtime above the deadline", setattr(0, &a, 0));
  a.runtime = 1000;
  show_attributes("1000 ns", setattr(0, &a, 0));
  a.runtime = 29900000;
  show_attributes("too much", setattr(0, &a, 0));
  say("setparam: %e", parameter(0, 0));
  say(", %e; ", priority_of(0));
  say("fork: %e\n", sys_fork());
  struct timespec slice = {-1, -1};
  long result = syscall2(NR_sched_rr_get_interval, 0, ARG(&slice));
  say("interval %e, %ld %ld\n", result, slice.seconds, slice.nanoseconds);
  say("back: %e\n", scheduler(0, SCHED_OTHER, 0));
  syscall1(NR_setuid, 1000);
  a.runtime = 10000000;
  show_attributes("as a user", setattr(0, &a, 0));
  return 0;
}

static long intervals(void *unused) {
  struct timespec slice = {-1, -1};
  struct {
    int64_t seconds, nanoseconds;
  } wide = {-1, -1};
  scheduler(0, SCHED_RR, 1);
  long result = syscall2(NR_sched_rr_get_interval, 0, ARG(&slice));
  say("rr: %e, %ld %ld", result, slice.seconds, slice.nanoseconds);
  result = syscall2(NR_sched_rr_get_interval_time64, 0, ARG(&wide));
  say("; %e, %d %d\n", result, (int)wide.seconds, (int)wide.nanoseconds);
  scheduler(0, SCHED_FIFO, 1);
  result = syscall2(NR_sched_rr_get_interval, 0, ARG(&slice));
  say("fifo: %e, %ld %ld\n", result, slice.seconds, slice.nanoseconds);
  scheduler(0, SCHED_OTHER, 0);
  result = syscall2(NR_sched_rr_get_interval, 0, ARG(&slice));
  say("other: %e, %ld, a multiple of a tick: %d\n", result, slice.seconds,
      slice.nanoseconds % 4000000 == 0);
  say("pid -1: %e", syscall2(NR_sched_rr_get_interval, -1, ARG(&slice)));
  say(", nobody: %e", syscall2(NR_sched_rr_get_interval, 32000, ARG(&slice)));
  say(", bad address: %e", syscall2(NR_sched_rr_get_interval, 0, 1));
  say(", of nobody %e\n", syscall2(NR_sched_rr_get_interval, 32000, 1));
  return 0;
}

static long processors(void *unused) {
  unsigned mask[4] = {0, 0, 0, 0};
  say("no room: %e", syscall3(NR_sched_getaffinity, 0, 0, ARG(mask)));
  say(", odd: %e", syscall3(NR_sched_getaffinity, 0, 5, ARG(mask)));
  say(", 4: %e", syscall3(NR_sched_getaffinity, 0, 4, ARG(mask)));
  say(", 16: %e", syscall3(NR_sched_getaffinity, 0, 16, ARG(mask)));
  say(", mask has the first: %d\n", mask[0] & 1);
  say("pid -1: %e", syscall3(NR_sched_getaffinity, -1, 4, ARG(mask)));
  say(", nobody: %e", syscall3(NR_sched_getaffinity, 32000, 4, ARG(mask)));
  say(", bad address: %e\n", syscall3(NR_sched_getaffinity, 0, 4, 1));
  mask[0] = 1;
  say("set: %e", syscall3(NR_sched_setaffinity, 0, 4, ARG(mask)));
  mask[0] = 0xffffffff;
  say(", all: %e", syscall3(NR_sched_setaffinity, 0, 16, ARG(mask)));
  say(", two bytes: %e", syscall3(NR_sched_setaffinity, 0, 2, ARG(mask)));
  mask[0] = 0;
  say(", none: %e", syscall3(NR_sched_setaffinity, 0, 4, ARG(mask)));
  say(", length 0: %e", syscall3(NR_sched_setaffinity, 0, 0, ARG(mask)));
  say(", negative: %e", syscall3(NR_sched_setaffinity, -1, 4, ARG(mask)));
  say(", nobody: %e", syscall3(NR_sched_setaffinity, 32000, 4, ARG(mask)));
  say(", bad address: %e", syscall3(NR_sched_setaffinity, 0, 4, 1));
  say(", of nobody: %e\n", syscall3(NR_sched_setaffinity, 32000, 4, 1));
  unsigned cpu = 77, node = 77;
  say("getcpu: %e", syscall3(NR_getcpu, ARG(&cpu), ARG(&node), 1));
  say(", cpu %d, node %d", cpu, node);
  say(", neither: %e", syscall3(NR_getcpu, 0, 0, 0));
  say(", bad address: %e", syscall3(NR_getcpu, 1, 0, 0));
  say(", %e\n", syscall3(NR_getcpu, 0, 1, 0));
  syscall1(NR_setuid, 1000);
  mask[0] = 1;
  say("as a user: mine %e", syscall3(NR_sched_setaffinity, 0, 4, ARG(mask)));
  say(", init's %e", syscall3(NR_sched_setaffinity, 1, 4, ARG(mask)));
  say(", init's none %e\n", syscall3(NR_sched_setaffinity, 1, 0, ARG(mask)));
  return 0;
}

static long ioprio_set(int which, int who, int value) {
  return syscall3(NR_ioprio_set, which, who, value);
}
static long ioprio_get(int which, int who) { return syscall2(NR_ioprio_get, which, who); }

static long io_child(void *unused) {
  say("child: %e\n", ioprio_get(1, 0));
  return 0;
}

static long io_priorities(void *unused) {
  say("at first %e", ioprio_get(1, 0));
  say(", which 0: %e", ioprio_get(0, 0));
  say(", which 4: %e", ioprio_get(4, 0));
  say(", nobody: %e", ioprio_get(1, 32000));
  say(", %e", ioprio_get(2, 32000));
  say(", user %e\n", ioprio_get(3, 4321));
  run_in_child(io_child, 0);
  for (int class = 0; class < 8; class++) {
    long zero = ioprio_set(1, 0, class << 13), after = ioprio_get(1, 0);
    long seven = ioprio_set(1, 0, class << 13 | 7), after_seven = ioprio_get(1, 0);
    long eight = ioprio_set(1, 0, class << 13 | 8), after_eight = ioprio_get(1, 0);
    say("class %d: %e %e, level 7: %e %e, 8: %e %e\n", class, zero, after, seven, after_seven,
        eight, after_eight);
  }
  say("upper bits: %e", ioprio_set(1, 0, 0x10000 | 2 << 13));
  say(", %e", ioprio_get(1, 0));
  say(", negative: %e\n", ioprio_set(1, 0, -1));
  ioprio_set(1, 0, 2 << 13 | 3);
  run_in_child(io_child, 0);
  ioprio_set(1, 0, 0);
  setpriority(PRIO_PROCESS, 0, 10);
  say("from nice: %e", ioprio_get(1, 0));
  syscall2(NR_setpgid, 0, 0);
  say(", group %e\n", ioprio_get(2, 0));
  say("set: which 0: %e", ioprio_set(0, 0, 2 << 13));
  say(", 4: %e", ioprio_set(4, 0, 2 << 13));
  say(", nobody: %e", ioprio_set(1, 32000, 2 << 13));
  say(", group %e", ioprio_set(2, 32000, 2 << 13));
  say(", user %e", ioprio_set(3, 4321, 2 << 13));
  say(", wrong class for nobody: %e\n", ioprio_set(1, 32000, 5 << 13));
  say("my group: %e", ioprio_set(2, 0, 3 << 13));
  say(", %e\n", ioprio_get(2, 0));
  syscall1(NR_setuid, 1000);
  say("as a user: real-time: %e", ioprio_set(1, 0, 1 << 13));
  say(", best effort: %e", ioprio_set(1, 0, 2 << 13));
  say(", idle: %e", ioprio_set(1, 0, 3 << 13));
  say(", init: %e", ioprio_set(1, 1, 2 << 13));
  say(", get init's: %d\n", (int)(ioprio_get(1, 1) >= 0));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  static const struct {
    const char *name;
    long (*function)(void *);
  } parts[] = {
      {"nice", nice_values},      {"policies", policies}, {"policies of users", policies_of_users},
      {"attributes", attributes}, {"deadline", deadline}, {"intervals", intervals},
      {"processors", processors}, {"I/O", io_priorities},
  };
  for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
    say("-- %s\n", parts[i].name);
    int status = run_in_child(parts[i].function, 0);
    if (status) say("%w\n", status);
  }
  return 0;
}
