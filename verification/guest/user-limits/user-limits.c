// Resource limits of a user, not of a process: RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE and, for System V's
// shared memory, RLIMIT_MEMLOCK count in all processes of a user together, and above a user namespace as its
// owner's.

#include "guest.h"

#include "user-namespace.h"

#include "sysv.h"

enum {
  MEMLOCK = 8, SIGPENDING = 11, MSGQUEUE = 12,
  RT = 34,
  CODE_QUEUE = -1,
  NR_LIMITS_timer_delete = 111,
  NR_LIMITS_mq_unlink = 181,
  LOCK = 11, UNLOCK = 12,
  PAGE = 4096,
};

static volatile int *turn;

static void limit(int which, unsigned long soft) {
  unsigned long limits[2];
  need(syscall2(NR_getrlimit, which, ARG(limits)), "getrlimit");
  limits[0] = soft;
  need(syscall2(NR_setrlimit, which, ARG(limits)), "setrlimit");
}

static void block_all(void) {
  uint32_t all[2] = {~0u, ~0u};
  sys_rt_sigprocmask(SIG_BLOCK, all, 0);
}

static long queue_to(long pid, int signal, int code) {
  int info[32] = {signal, 0, code, 0};
  return sys_rt_sigqueueinfo(pid, signal, (void *)info);
}

static long queue(int signal) { return queue_to(sys_getpid(), signal, CODE_QUEUE); }

// How many can be queued.
static int fill(int most) {
  int n = 0;
  while (n < most && queue(RT) == 0) n++;
  return n;
}

// The line SigQ, without the limit if that is the system's.
static void say_queued(const char *who) {
  static char text[4096];
  long fd = need(sys_open("/proc/self/status", O_RDONLY, 0), "status");
  long n = sys_read((int)fd, text, sizeof text - 1);
  sys_close((int)fd);
  text[n] = 0;
  for (char *at = text; *at; at++)
    if (!memcmp(at, "\nSigQ:\t", 7)) {
      char *end = at += 7;
      while (*end != '\n') end++;
      *end = 0;
      say("%s: SigQ %s\n", who, at);
      return;
    }
}

static int take_one(void) {
  uint32_t all[2] = {~0u, ~0u};
  long now[2] = {0, 0};
  struct siginfo info;
  return (int)syscall4(NR_rt_sigtimedwait, ARG(all), ARG(&info), ARG(now), 8);
}

// Another process of the same user, or of another one, while this one has three signals queued.
static long neighbour(void *user) {
  wait_until(turn, 1);
  become((int)(long)user);
  block_all();
  limit(SIGPENDING, 5);
  say("user %d beside it can queue %d\n", (int)(long)user, fill(20));
  say_queued("  and then");
  set_and_wake(turn, 2);
  return 0;
}

static long holder(void *other) {
  become(5000);
  block_all();
  limit(SIGPENDING, 5);
  for (int i = 0; i < 3; i++) need(queue(RT), "sigqueue");
  set_and_wake(turn, 1);
  wait_until(turn, 2);
  say_queued("the first one");
  return 0;
}

static void beside(long user) {
  *turn = 0;
  long first = fork_child(holder, 0), second = fork_child(neighbour, (void *)user);
  wait_for(first);
  wait_for(second);
}

static long full_queue(void *unused) {
  become(5001);
  block_all();
  limit(SIGPENDING, 2);
  say("fits: %d\n", fill(10));
  say("sigqueue: %e\n", queue(RT));
  say("another real-time signal: %e\n", queue(RT + 1));
  say("a plain one by sigqueue: %e\n", queue(SIGUSR1));
  say("a plain one by kill: %e\n", sys_kill(sys_getpid(), SIGUSR2));
  say("a real-time one by kill: %e\n", sys_kill(sys_getpid(), RT + 2));
  say("a real-time one by tgkill: %e\n", syscall3(NR_tgkill, sys_getpid(), sys_gettid(), RT + 3));
  say_queued("now");
  static const int wanted[] = {SIGUSR1, SIGUSR2, RT + 2};
  for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    uint32_t set[2] = {0, 0};
    set[(wanted[i] - 1) / 32] = 1u << (wanted[i] - 1) % 32;
    long now[2] = {0, 0};
    int info[32];
    memset(info, 0x55, sizeof info);
    long got = syscall4(NR_rt_sigtimedwait, ARG(set), ARG(info), ARG(now), 8);
    say("taken: %d, code %d, from me: %s\n", (int)got, info[2], yes_no(info[3] == sys_getpid()));
  }
  say_queued("now");
  int n = 0;
  while (take_one() > 0) n++;
  say("taken: %d more\n", n);
  say_queued("now");
  return 0;
}

static long timers(void *unused) {
  become(5002);
  block_all();
  limit(SIGPENDING, 3);
  struct {
    long value;
    int signal, notify;
    long rest[13];
  } event = {0, RT, 0, {0}};
  int timer[4];
  for (int i = 0; i < 4; i++)
    say("timer: %e\n", syscall3(NR_timer_create, 1, ARG(&event), ARG(&timer[i])));
  say_queued("three");
  long soon[4] = {0, 0, 0, 1000};
  syscall4(NR_timer_settime, timer[0], 0, ARG(soon), 0);
  sleep_ms(50);
  syscall1(NR_LIMITS_timer_delete, timer[0]);
  say_queued("one deleted, its signal pending");
  say("taken: %d\n", take_one());
  say_queued("taken");
  syscall1(NR_LIMITS_timer_delete, timer[1]);
  say_queued("another one deleted");
  return 0;
}

static long changes_user(void *unused) {
  need(syscall2(NR_setgroups, 0, 0), "setgroups");
  need(syscall3(NR_setresuid, 5003, 5003, 0), "setresuid");
  block_all();
  limit(SIGPENDING, 100);
  fill(3);
  say_queued("as 5003");
  need(syscall3(NR_setresuid, 0, 0, 0), "setresuid");
  need(syscall3(NR_setresuid, 5004, 5004, 0), "setresuid");
  say_queued("as 5004");
  need(queue(RT), "sigqueue");
  say_queued("one more");
  need(syscall3(NR_setresuid, 0, 0, 0), "setresuid");
  need(syscall3(NR_setresuid, 5003, 5003, 0), "setresuid");
  while (take_one() > 0) {}
  say_queued("as 5003, all taken");
  return 0;
}

static long zombie(void *unused) {
  block_all();
  fill(4);
  return 0;
}

static long reaper(void *unused) {
  become(5005);
  limit(SIGPENDING, 100);
  long child = fork_child(zombie, 0);
  sleep_ms(50);
  int info[32];
  syscall5(NR_waitid, P_PID, child, ARG(info), 4 | 0x01000000, 0);
  say_queued("a child has ended");
  wait_for(child);
  say_queued("it is reaped");
  return 0;
}

// In a user namespace that was made when the limit was 3.
static long in_namespace(void *unused) {
  become(5006);
  block_all();
  limit(SIGPENDING, 3);
  limit(MSGQUEUE, 2000);
  limit(MEMLOCK, 2 * PAGE);
  need(syscall1(NR_unshare, CLONE_NEWUSER), "unshare");
  limit(SIGPENDING, 50);
  limit(MSGQUEUE, 100000);
  limit(MEMLOCK, 100 * PAGE);
  say("can queue %d\n", fill(20));
  say_queued("now");
  say("a plain one by kill: %e\n", sys_kill(sys_getpid(), SIGUSR2));
  say_queued("now");
  long few[4] = {0, 2, 100, 0}, many[4] = {0, 10, 1000, 0};
  long fd = syscall4(NR_mq_open, ARG("few"), O_RDWR | O_CREAT, 0600, ARG(few));
  say("a small queue: %e\n", fd < 0 ? fd : 0);
  fd = syscall4(NR_mq_open, ARG("many"), O_RDWR | O_CREAT, 0600, ARG(many));
  say("a larger one: %e\n", fd < 0 ? fd : 0);
  syscall1(NR_LIMITS_mq_unlink, ARG("few"));
  syscall1(NR_LIMITS_mq_unlink, ARG("many"));
  return 0;
}

static long lock_two(void *pages) {
  become(5007);
  limit(MEMLOCK, 4 * PAGE + 100);
  int first = (int)need(syscall3(NR_shmget, 0, 3 * PAGE - 5, 0600 | IPC_CREAT), "shmget");
  int second = (int)need(syscall3(NR_shmget, 0, 2 * PAGE, 0600 | IPC_CREAT), "shmget");
  int third = (int)need(syscall3(NR_shmget, 0, PAGE, 0600 | IPC_CREAT), "shmget");
  say("lock three pages: %e\n", syscall3(NR_shmctl, first, LOCK, 0));
  say("again: %e\n", syscall3(NR_shmctl, first, LOCK, 0));
  say("two more: %e\n", syscall3(NR_shmctl, second, LOCK, 0));
  say("one more: %e\n", syscall3(NR_shmctl, third, LOCK, 0));
  say("unlock it: %e\n", syscall3(NR_shmctl, third, UNLOCK, 0));
  say("unlock what is not locked: %e\n", syscall3(NR_shmctl, second, UNLOCK, 0));
  say("two more: %e\n", syscall3(NR_shmctl, second, LOCK, 0));
  say("remove the first: %e\n", syscall3(NR_shmctl, first, IPC_RMID, 0));
  say("two now: %e\n", syscall3(NR_shmctl, second, LOCK, 0));
  limit(MEMLOCK, 0);
  say("with no limit at all: %e\n", syscall3(NR_shmctl, third, LOCK, 0));
  say("unlock: %e\n", syscall3(NR_shmctl, second, UNLOCK, 0));
  syscall3(NR_shmctl, second, IPC_RMID, 0);
  syscall3(NR_shmctl, third, IPC_RMID, 0);
  return 0;
}

static void run(const char *what, long (*part)(void *)) {
  say("-- %s\n", what);
  int status = run_in_child(part, 0);
  if (status) say("it %w\n", status);
}

int guest_main(int argc, char **argv, char **envp) {
  turn = new_shared(PAGE);
  say("-- two processes of a user\n");
  beside(5000);
  say("-- two users\n");
  beside(5999);
  run("a full queue", full_queue);
  run("timers", timers);
  run("another user", changes_user);
  run("a zombie", reaper);
  run("a user namespace", in_namespace);
  run("locked segments", lock_two);
  return 0;
}
