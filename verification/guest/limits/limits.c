// Resource limits and what has been used: getrlimit, setrlimit, prlimit64, getrusage, times.

#include "guest.h"

enum {
  CPU,
  FSIZE,
  DATA,
  STACK,
  CORE,
  RSS,
  NPROC,
  NOFILE,
  MEMLOCK,
  AS,
  LOCKS,
  SIGPENDING,
  MSGQUEUE,
  NICE,
  RTPRIO,
  RTTIME,
  COUNT
};

static const unsigned long none = ~0ul;

struct limit {
  unsigned long soft, hard;
};

struct limit64 {
  uint64_t soft, hard;
};

static long getrlimit(int resource, struct limit *to) {
  return syscall2(NR_getrlimit, resource, ARG(to));
}
static long setrlimit(int resource, unsigned long soft, unsigned long hard) {
  struct limit limit = {soft, hard};
  return syscall2(NR_setrlimit, resource, ARG(&limit));
}
static long prlimit(long pid, int resource, const struct limit64 *from, struct limit64 *to) {
  return syscall4(NR_prlimit64, pid, resource, ARG(from), ARG(to));
}

static void value(unsigned long v) {
  if (v == none)
    say(" none");
  else
    say(" %lu", v);
}

static void value64(uint64_t v) {
  if (v == ~0ull)
    say(" none");
  else if (v >> 32)
    say(" %x:%08x", (unsigned)(v >> 32), (unsigned)v);
  else
    say(" %u", (unsigned)v);
}

static void show(const char *what, int resource, long result) {
  struct limit limit = {7, 7};
  say("%s: %e;", what, result);
  say(" now %e", getrlimit(resource, &limit));
  value(limit.soft);
  value(limit.hard);
  say("\n");
}

static long waiting(void *go) {
  wait_until(go, 1);
  return 0;
}

static long reading(void *unused) {
  static const char fixed[COUNT] = {[CPU] = 1,    [FSIZE] = 1,  [DATA] = 1,   [STACK] = 1,
                                    [RSS] = 1,    [AS] = 1,     [LOCKS] = 1,  [MSGQUEUE] = 1,
                                    [NICE] = 1,   [RTPRIO] = 1, [RTTIME] = 1, [CORE] = 1,
                                    [MEMLOCK] = 1};
  for (int i = 0; i < COUNT; i++) {
    struct limit limit;
    struct limit64 wide;
    say("%d", i);
    say(": %e", getrlimit(i, &limit));
    say(" %e", prlimit(0, i, 0, &wide));
    if (fixed[i]) {
      value(limit.soft);
      value(limit.hard);
      value64(wide.soft);
      value64(wide.hard);
    }
    say("\n");
  }
  struct limit limit;
  say("16: %e", getrlimit(16, &limit));
  say(", -1: %e", getrlimit(-1, &limit));
  say(", bad address: %e", getrlimit(0, (void *)1));
  say(", of 16: %e\n", getrlimit(16, (void *)1));
  return 0;
}

static long writing(void *unused) {
  show("core 100 200", CORE, setrlimit(CORE, 100, 200));
  show("soft above hard", CORE, setrlimit(CORE, 300, 200));
  show("0 0", CORE, setrlimit(CORE, 0, 0));
  show("root raises", CORE, setrlimit(CORE, 5, none));
  show("files 2^20", NOFILE, setrlimit(NOFILE, 100, 1 << 20));
  show("files 2^20 + 1", NOFILE, setrlimit(NOFILE, 100, (1 << 20) + 1));
  show("no limit of files", NOFILE, setrlimit(NOFILE, none, none));
  say("16: %e", setrlimit(16, 1, 2));
  say(", 16, soft above hard: %e", setrlimit(16, 3, 2));
  say(", bad address: %e", syscall2(NR_setrlimit, CORE, 1));
  say(", of 16: %e\n", syscall2(NR_setrlimit, 16, 1));
  struct limit64 large = {0xfffffffe, 0x100000000ull}, old;
  show("prlimit, beyond a word", FSIZE, prlimit(0, FSIZE, &large, &old));
  value64(old.soft);
  value64(old.hard);
  prlimit(0, FSIZE, 0, &old);
  say("; then");
  value64(old.soft);
  value64(old.hard);
  say("\n");
  large.soft = 0x500000000ull;
  show("soft above hard, both beyond a word", FSIZE, prlimit(0, FSIZE, &large, 0));
  say("prlimit: 16: %e", prlimit(0, 16, 0, 0));
  say(", neither: %e", prlimit(0, 0, 0, 0));
  say(", nobody: %e", prlimit(32000, 0, 0, 0));
  say(", 16 of nobody: %e", prlimit(32000, 16, 0, 0));
  say(", negative: %e", prlimit(-1, 0, 0, 0));
  say(", bad new: %e", prlimit(0, 16, (void *)1, 0));
  say(", bad new of nobody: %e", prlimit(32000, 0, (void *)1, 0));
  say(", bad old: %e\n", prlimit(0, 0, 0, (void *)1));
  large.soft = large.hard = 77;
  say("bad old: %e", prlimit(0, CORE, &large, (void *)1));
  show(", but set", CORE, 0);
  return 0;
}

static long others(void *unused) {
  volatile int *go = new_shared(4096);
  long child = fork_child(waiting, (void *)go);
  struct limit64 limit = {1, 1}, old;
  say("a child's: %e,", prlimit(child, CORE, &limit, &old));
  say(" %e", prlimit(child, CORE, 0, &old));
  value64(old.hard);
  say("\n");
  show("mine stays", CORE, 0);
  syscall3(NR_setresuid, -1, 1000, -1);
  say("another effective uid: %e\n", prlimit(child, CORE, 0, &old));
  syscall3(NR_setresuid, 1000, 1000, 1000);
  show("raise the soft one", CORE, setrlimit(CORE, none, none));
  show("lower", CORE, setrlimit(CORE, 10, 10));
  show("raise the hard one", CORE, setrlimit(CORE, 10, 11));
  say("root's: %e", prlimit(child, CORE, 0, &old));
  say(", nothing of root's: %e", prlimit(child, CORE, 0, 0));
  say(", 16 of root's: %e", prlimit(child, 16, 0, &old));
  say(", init's: %e\n", prlimit(1, CORE, 0, &old));
  set_and_wake(go, 1);
  wait_for(child);
  return 0;
}

static long children(void *unused) {
  setrlimit(CORE, 5, 6);
  setrlimit(NPROC, 3, 3);
  syscall1(NR_setuid, 1000);
  volatile int *go = new_shared(4096);
  fork_child(waiting, (void *)go);
  fork_child(waiting, (void *)go);
  say("a process too many: %e\n", sys_fork());
  set_and_wake(go, 1);
  sys_wait4(-1, 0, 0);
  sys_wait4(-1, 0, 0);
  return 0;
}

static char *self_path;

static volatile int *go;

static long user_waiting(void *unused) {
  syscall1(NR_setuid, 1000);
  set_and_wake(go + 1, 1);
  return waiting((void *)go);
}

static long executing(void *limit) {
  setrlimit(NPROC, *(int *)limit, 100);
  syscall1(NR_setuid, 1000);
  char *argv[] = {self_path, "exit", 0}, *envp[] = {0};
  long result = sys_execve(self_path, argv, envp);
  say("execve: %e", result);
  setrlimit(NPROC, 100, 100);
  say(", with a higher limit: ");
  sys_execve(self_path, argv, envp);
  return 0;
}

static long too_many(void *unused) {
  // setuid works although the user has too many processes already, but then execve does not.
  go = new_shared(4096);
  long children[2];
  for (int i = 0; i < 2; i++) {
    go[1] = 0;
    children[i] = fork_child(user_waiting, 0);
    wait_until(go + 1, 1);
  }
  for (int limit = 0; limit < 4; limit++) {
    say("limit %d: ", limit);
    run_in_child(executing, &limit);
  }
  set_and_wake(go, 1);
  wait_for(children[0]);
  wait_for(children[1]);
  return 0;
}

struct usage {
  long user[2], system[2], maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock,
      msgsnd, msgrcv, signals, voluntary, involuntary;
};

static long getrusage(int who, struct usage *to) { return syscall2(NR_getrusage, who, ARG(to)); }

static bool some_time(const struct usage *u) {
  return u->user[0] | u->user[1] | u->system[0] | u->system[1];
}

static long busy(void *unused) {
  struct usage usage;
  do getrusage(0, &usage);
  while (usage.user[0] * 1000000 + usage.user[1] + usage.system[0] * 1000000 + usage.system[1] <
         30000);
  return 0;
}

static long usage_of_processes(void *unused) {
  struct usage self, child, thread;
  memset(&child, 0xee, sizeof child);
  say("children before: %e,", getrusage(-1, &child));
  say(" some time: %d", some_time(&child));
  say(", nothing else: %d\n", (int)(child.maxrss | child.minflt | child.voluntary) == 0);
  long pid = fork_child(busy, 0);
  struct siginfo info;
  sys_waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
  getrusage(-1, &child);
  say("ended, not waited for: %d", some_time(&child));
  int status;
  struct usage waited;
  say(", wait4: %d", syscall4(NR_wait4, pid, ARG(&status), 0, ARG(&waited)) == pid);
  getrusage(-1, &child);
  say(", waited for: %d", some_time(&child));
  say(", as wait4 says: %d\n",
      memcmp(&waited.user, &child.user, sizeof child.user + sizeof child.system) == 0);
  busy(0);
  say("self: %e", getrusage(0, &self));
  say(", thread: %e", getrusage(1, &thread));
  say(", some time: %d", some_time(&self));
  say(" %d", some_time(&thread));
  say(", microseconds: %d %d", self.user[1] < 1000000, self.system[1] < 1000000);
  say(", has had memory: %d, zeros: %d\n", self.maxrss > 0,
      (int)(self.ixrss | self.idrss | self.isrss | self.nswap | self.msgsnd | self.signals) == 0);
  say("who 2: %e", getrusage(2, &self));
  say(", -2: %e", getrusage(-2, &self));
  say(", bad address: %e", getrusage(0, (void *)1));
  say(", of 2: %e\n", getrusage(2, (void *)1));
  long ticks[4] = {-1, -1, -1, -1};
  long before = syscall1(NR_times, ARG(ticks));
  say("times: some for me: %d, some for children: %d", ticks[0] + ticks[1] > 0,
      ticks[2] + ticks[3] > 0);
  sleep_ms(50);
  unsigned long passed = (unsigned long)syscall1(NR_times, 0) - (unsigned long)before;
  say(", 50 ms are at least 5 ticks: %d, and not a hundred: %d", passed >= 5, passed < 100);
  say(", bad address: %e\n", syscall1(NR_times, 1));
  return 0;
}

static long ignored_children(void *unused) {
  // Who ignores SIGCHLD never waits, and its children's times are lost.
  handle(SIGCHLD, SIG_IGN, 0);
  long pid = fork_child(busy, 0);
  struct usage child;
  say("wait: %e", sys_wait4(pid, 0, 0));
  getrusage(-1, &child);
  say(", some time: %d\n", some_time(&child));
  return 0;
}

static long fresh(void *unused) {
  struct usage child;
  getrusage(-1, &child);
  say("children's time: %d\n", some_time(&child));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argc > 1) {
    say("executed\n");
    return 0;
  }
  self_path = argv[0];
  static const struct {
    const char *name;
    long (*function)(void *);
  } parts[] = {
      {"reading", reading},
      {"writing", writing},
      {"others'", others},
      {"processes", children},
      {"too many processes", too_many},
      {"usage", usage_of_processes},
      {"ignored children", ignored_children},
      {"a fresh child", fresh},
  };
  for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
    say("-- %s\n", parts[i].name);
    int status = run_in_child(parts[i].function, 0);
    if (status) say("%w\n", status);
  }
  return 0;
}
