// Control groups: the tree and its files, what kinds of groups there are, who may move where, the
// pids controller, the freezer, killing, and new tasks that begin in another group.

#include "guest.h"

#include "outcome.h"

#define AT_FDCWD (-100)
#define AT_REMOVEDIR 0x200
#define O_PATH 010000000
#define O_DIRECTORY 0200000

enum { OPEN_READ = 0, OPEN_WRITE = 1, OPEN_BOTH = 2 };

static volatile int *shared;

static long make(const char *path) { return syscall3(NR_mkdirat, AT_FDCWD, ARG(path), 0755); }
static long take(const char *path) {
  return syscall3(NR_unlinkat, AT_FDCWD, ARG(path), AT_REMOVEDIR);
}

static long put(const char *path, const char *text) {
  long fd = sys_open(path, OPEN_WRITE, 0);
  if (fd < 0) return fd;
  long n = sys_write((int)fd, text, text_length(text));
  sys_close((int)fd);
  return n < 0 ? n : 0;
}

static void number_text(char *to, long number) {
  char digits[16];
  int n = 0;
  do digits[n++] = (char)('0' + number % 10);
  while (number /= 10);
  while (n) *to++ = digits[--n];
  *to = 0;
}

static long put_number(const char *path, long number) {
  char text[16];
  number_text(text, number);
  return put(path, text);
}

// A file in one line.
static const char *get(const char *path) {
  static char texts[8][200];
  static unsigned next;
  char *text = texts[next++ % 8];
  long fd = sys_open(path, OPEN_READ, 0);
  if (fd < 0) return outcome(fd);
  long n = sys_read((int)fd, text, 199);
  sys_close((int)fd);
  if (n < 0) return outcome(n);
  text[n] = 0;
  for (char *at = text; *at; at++)
    if (*at == '\n') *at = at[1] ? '|' : 0;
  return text;
}

static bool contains(const char *text, const char *part) {
  unsigned long n = text_length(part);
  for (; *text; text++)
    if (!memcmp(text, part, n)) return true;
  return false;
}

static void await_text(const char *path, const char *part) {
  for (int tries = 0; tries < 2000; tries++) {
    if (contains(get(path), part)) return;
    sleep_ms(5);
  }
  say("%s never said %s\n", path, part);
}

static long idle(void *unused) {
  while (!shared[63]) sleep_ms(1000);
  return 0;
}

static long own_lines(const char *path) {
  long fd = need(sys_open(path, OPEN_READ, 0), path);
  char text[2000];
  long n = sys_read((int)fd, text, sizeof text), lines = 0;
  sys_close((int)fd);
  for (long i = 0; i < n; i++) lines += text[i] == '\n';
  return n < 0 ? n : lines;
}

static void the_tree(void) {
  say("mkdir a %s, again %s, a/b %s, a file's name %s, a line's end %s\n", outcome(make("a")),
      outcome(make("a")), outcome(make("a/b")), outcome(make("cgroup.procs")),
      outcome(make("two\nlines")));
  say("a regular file: %s\n", outcome(sys_open("a/file", 0100 | OPEN_BOTH, 0644)));
  say("unlink a file: %s\n", outcome(syscall3(NR_unlinkat, AT_FDCWD, ARG("a/cgroup.procs"), 0)));
  say("rename: %s\n",
      outcome(syscall5(NR_renameat2, AT_FDCWD, ARG("a/b"), AT_FDCWD, ARG("a/c"), 0)));
  say("rmdir with a group in it: %s\n", outcome(take("a")));
  say("type: %s, controllers: '%s', subtree: '%s'\n", get("a/cgroup.type"),
      get("a/cgroup.controllers"), get("a/cgroup.subtree_control"));
  say("the root: type %s, events %s, freeze %s, kill %s\n", get("cgroup.type"),
      get("cgroup.events"), get("cgroup.freeze"), get("cgroup.kill"));
  say("events: %s; stat: %s\n", get("a/cgroup.events"), get("a/cgroup.stat"));
  say("reading what is only written: %s; writing what is only read: %s\n", get("a/cgroup.kill"),
      outcome(put("a/cgroup.events", "1")));
  // Limits of the tree.
  say("depth: '0' %s, '-1' %s, 'x' %s, '' %s, ' 2 ' %s, now %s\n",
      outcome(put("a/cgroup.max.depth", "0")), outcome(put("a/cgroup.max.depth", "-1")),
      outcome(put("a/cgroup.max.depth", "x")), outcome(put("a/cgroup.max.depth", "\n")),
      outcome(put("a/cgroup.max.depth", " 2 \n")), get("a/cgroup.max.depth"));
  say("a/b/c %s, a/b/c/d %s\n", outcome(make("a/b/c")), outcome(make("a/b/c/d")));
  say("depth: '99999999999' %s, '0x10' %s, now %s, 'max' %s, now %s\n",
      outcome(put("a/cgroup.max.depth", "99999999999")),
      outcome(put("a/cgroup.max.depth", "0x10")), get("a/cgroup.max.depth"),
      outcome(put("a/cgroup.max.depth", "max\n")), get("a/cgroup.max.depth"));
  put("a/cgroup.max.descendants", "2");
  say("descendants %s: a/e %s, a/b/c/d %s, in the root %s\n", get("a/cgroup.max.descendants"),
      outcome(make("a/e")), outcome(make("a/b/c/d")), outcome(make("f")));
  put("a/cgroup.max.descendants", "max");
  say("stat: %s\n", get("a/cgroup.stat"));
  // A file that is open while its group goes.
  int fd = (int)need(sys_open("f/cgroup.events", OPEN_READ, 0), "open");
  char c[8];
  say("rmdir %s, then read %s\n", outcome(take("f")), outcome(sys_read(fd, c, 8)));
  sys_close(fd);
  take("a/b/c");
}

static void controllers(void) {
  say("subtree_control: 'pids' %s, '+memory' %s, '+freezer' %s, '+' %s, '' %s\n",
      outcome(put("cgroup.subtree_control", "pids")),
      outcome(put("cgroup.subtree_control", "+memory")),
      outcome(put("cgroup.subtree_control", "+freezer")),
      outcome(put("cgroup.subtree_control", "+")), outcome(put("cgroup.subtree_control", "\n")));
  say("a/b before a: %s\n", outcome(put("a/cgroup.subtree_control", "+pids")));
  say("off where it is off: %s\n", outcome(put("a/cgroup.subtree_control", "-pids")));
  say("on: %s, off and on: %s, now '%s'\n", outcome(put("cgroup.subtree_control", "+pids")),
      outcome(put("cgroup.subtree_control", "-pids +pids")), get("cgroup.subtree_control"));
  say("a has '%s', pids.max %s, pids.current %s, pids.peak %s, pids.events %s\n",
      get("a/cgroup.controllers"), get("a/pids.max"), get("a/pids.current"), get("a/pids.peak"),
      get("a/pids.events"));
  say("a/b has '%s', pids.max %s\n", get("a/b/cgroup.controllers"), get("a/b/pids.max"));
  say("a passes it on: %s, the root takes it back: %s\n",
      outcome(put("a/cgroup.subtree_control", "+pids")),
      outcome(put("cgroup.subtree_control", "-pids")));
  say("pids.max: '-1' %s, 'x' %s, '32768' %s, '32769' %s, '99999999999999999999' %s, 'max' %s\n",
      outcome(put("a/pids.max", "-1")), outcome(put("a/pids.max", "x")),
      outcome(put("a/pids.max", "32768")), outcome(put("a/pids.max", "32769")),
      outcome(put("a/pids.max", "99999999999999999999")), outcome(put("a/pids.max", "max")));
}

static long child_in(const char *place) {
  long pid = fork_child(idle, 0);
  need(put_number(place, pid), place);
  return pid;
}

static void finish(long pid) {
  sys_kill(pid, SIGKILL);
  wait_for(pid);
}

static void moving(void) {
  say("a process that is not: %s, 'x' %s, '-1' %s, '0x' %s\n",
      outcome(put("a/b/cgroup.procs", "30000")), outcome(put("a/b/cgroup.procs", "x")),
      outcome(put("a/b/cgroup.procs", "-1")), outcome(put("a/b/cgroup.procs", "0x")));
  say("kthreadd: %s\n", outcome(put("a/b/cgroup.procs", "2")));
  // a passes the controller on to a/b, so that a process in a makes it the top of a threaded subtree.
  long in_b = child_in("a/b/cgroup.procs");
  say("events of a and a/b: %s; %s\n", get("a/cgroup.events"), get("a/b/cgroup.events"));
  say("into a: %s\n", outcome(put_number("a/cgroup.procs", in_b)));
  long other = fork_child(idle, 0);
  say("another into a, with one in a/b below: %s\n", outcome(put_number("a/cgroup.procs", other)));
  put_number("a/b/cgroup.procs", in_b);
  say("again: %s\n", outcome(put_number("a/cgroup.procs", other)));
  put("a/cgroup.subtree_control", "-pids");
  say("without the controller: %s, and now the controller: %s\n",
      outcome(put_number("a/cgroup.procs", other)),
      outcome(put("a/cgroup.subtree_control", "+pids")));
  say("a: type %s; a/b: type %s\n", get("a/cgroup.type"), get("a/b/cgroup.type"));
  put_number("cgroup.procs", in_b);
  say("with a/b empty: the controller: %s, a: type %s; a/b: type %s, into a/b: %s\n",
      outcome(put("a/cgroup.subtree_control", "+pids")), get("a/cgroup.type"),
      get("a/b/cgroup.type"), outcome(put_number("a/b/cgroup.procs", in_b)));
  say("rmdir with a process in it: %s\n", outcome(take("a")));
  finish(in_b);
  sys_kill(other, SIGKILL);
  struct siginfo info;
  need(sys_waitid(P_PID, other, &info, WEXITED | WNOWAIT), "waitid");
  await_text("a/cgroup.events", "populated 0");
  say("a zombie: procs '%s', threads '%s', pids.current %s\n", get("a/cgroup.procs"),
      get("a/cgroup.threads"), get("a/pids.current"));
  char path[40] = "/proc/";
  number_text(path + 6, other);
  memcpy(path + text_length(path), "/cgroup", 8);
  say("where: %s, moving it: %s, where: %s\n", get(path),
      outcome(put_number("cgroup.procs", other)), get(path));
  put("a/cgroup.subtree_control", "-pids");
  say("rmdir: %s, %s; where: %s\n", outcome(take("a/b")), outcome(take("a")), get(path));
  // Linux frees a group some time after it was removed; the one with the zombie stays.
  await_text("cgroup.stat", "nr_dying_descendants 1");
  say("dying: %s\n", get("cgroup.stat"));
  wait_for(other);
  say("where: %s\n", get(path));
}

static long own_thread(void *unused) {
  shared[0] = (int)sys_gettid();
  set_and_wake(shared + 1, 1);
  wait_until(shared + 1, 2);
  return 0;
}

static long with_threads(void *unused) {
  struct thread thread;
  start_thread(&thread, 0, own_thread, 0);
  wait_until(shared + 1, 1);
  set_and_wake(shared + 2, 1);
  wait_until(shared + 1, 2);
  join_thread(&thread);
  return 0;
}

static void threads(void) {
  make("t");
  make("t/x");
  make("t/y");
  make("t/x/deep");
  say("type: 'domain' %s, '' %s\n", outcome(put("t/x/cgroup.type", "domain")),
      outcome(put("t/x/cgroup.type", "\n")));
  say("x threaded: %s, again %s\n", outcome(put("t/x/cgroup.type", "threaded\n")),
      outcome(put("t/x/cgroup.type", "threaded")));
  say("t %s, x %s, y %s, deep %s\n", get("t/cgroup.type"), get("t/x/cgroup.type"),
      get("t/y/cgroup.type"), get("t/x/deep/cgroup.type"));
  long plain = fork_child(idle, 0);
  say("a process into t/y: %s, into t/x/deep: %s\n", outcome(put_number("t/y/cgroup.procs", plain)),
      outcome(put_number("t/x/deep/cgroup.procs", plain)));
  put("t/y/cgroup.type", "threaded");
  say("y %s, a thread from elsewhere: %s, a process: %s\n", get("t/y/cgroup.type"),
      outcome(put_number("t/y/cgroup.threads", plain)),
      outcome(put_number("t/y/cgroup.procs", plain)));
  say("procs of y: %s, threads of y: %s, procs of t: %s, threads of t: %s, events of t: %s\n",
      outcome(own_lines("t/y/cgroup.procs")), outcome(own_lines("t/y/cgroup.threads")),
      outcome(own_lines("t/cgroup.procs")), outcome(own_lines("t/cgroup.threads")),
      get("t/cgroup.events"));
  say("kill y: %s, freeze y: %s\n", outcome(put("t/y/cgroup.kill", "1")),
      outcome(put("t/y/cgroup.freeze", "0")));
  shared[0] = shared[1] = shared[2] = 0;
  long process = fork_child(with_threads, 0);
  wait_until(shared + 2, 1);
  say("a process with threads into t: %s\n", outcome(put_number("t/cgroup.procs", process)));
  say("its second thread into x: %s, into the root: %s, its first into y: %s\n",
      outcome(put_number("t/x/cgroup.threads", shared[0])),
      outcome(put_number("cgroup.threads", shared[0])),
      outcome(put_number("t/y/cgroup.threads", process)));
  say("in t: processes %s, threads %s, %s, %s\n", outcome(own_lines("t/cgroup.procs")),
      outcome(own_lines("t/cgroup.threads")), outcome(own_lines("t/x/cgroup.threads")),
      outcome(own_lines("t/y/cgroup.threads")));
  say("threaded with threads below: deep %s\n", outcome(put("t/x/deep/cgroup.type", "threaded")));
  say("pids below x: %s, %s, %s\n", outcome(put("t/cgroup.subtree_control", "+pids")),
      outcome(put("t/x/cgroup.subtree_control", "+pids")), get("t/x/pids.current"));
  say("the process into the root: %s\n", outcome(put_number("cgroup.procs", shared[0])));
  say("in t: processes %s, x: %s, y: %s\n", outcome(own_lines("t/cgroup.procs")),
      outcome(own_lines("t/x/cgroup.threads")), outcome(own_lines("t/y/cgroup.threads")));
  set_and_wake(shared + 1, 2);
  wait_for(process);
  finish(plain);
  say("removed: %s, %s, %s\n", outcome(take("t/x/deep")), outcome(take("t/x")),
      outcome(take("t/y")));
  say("t %s\n", get("t/cgroup.type"));
  // A domain with a process in it cannot become threaded, nor can one with such below.
  make("t/z");
  plain = child_in("t/z/cgroup.procs");
  say("with a process in it: %s\n", outcome(put("t/z/cgroup.type", "threaded")));
  make("t/w");
  say("beside one: %s\n", outcome(put("t/w/cgroup.type", "threaded")));
  finish(plain);
  await_text("t/z/cgroup.events", "populated 0");
  say("below the root: t %s\n", outcome(put("t/cgroup.type", "threaded")));
  say("t %s, w %s\n", get("t/cgroup.type"), get("t/w/cgroup.type"));
  take("t/z");
  take("t/w");
  take("t");
}

static long fork_once(void *unused) {
  need(put("p/q/cgroup.procs", "0"), "move");
  long pid = sys_fork();
  if (pid == 0) sys_exit(0);
  if (pid > 0) wait_for(pid);
  say("fork: %s, current %s, peak %s\n", outcome(pid < 0 ? pid : 0), get("p/q/pids.current"),
      get("p/q/pids.peak"));
  return 0;
}

static void limits(void) {
  make("p");
  make("p/q");
  put("p/cgroup.subtree_control", "+pids");
  put("p/pids.max", "1");
  run_in_child(fork_once, 0);
  say("events of p: %s, local: %s; of p/q: %s, local: %s\n", get("p/pids.events"),
      get("p/pids.events.local"), get("p/q/pids.events"), get("p/q/pids.events.local"));
  put("p/pids.max", "2");
  run_in_child(fork_once, 0);
  put("p/q/pids.max", "0");
  run_in_child(fork_once, 0);
  say("events of p: %s, local: %s; of p/q: %s, local: %s; current %s\n", get("p/pids.events"),
      get("p/pids.events.local"), get("p/q/pids.events"), get("p/q/pids.events.local"),
      get("p/pids.current"));
  put("p/cgroup.subtree_control", "-pids");
  say("without the controller: %s\n", get("p/q/pids.current"));
  take("p/q");
  take("p");
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {
  atomic_increment(shared + 5);
}

static long with_handler(void *unused) {
  handle(SIGUSR1, on_signal, 0);
  set_and_wake(shared + 4, 1);
  struct timespec time = {0, 10000000};
  while (!shared[5]) sys_nanosleep(&time, 0);
  return 3;
}

// What a frozen process is sent it gets afterwards.
static void handles(void) {
  shared[4] = shared[5] = 0;
  long pid = fork_child(with_handler, 0);
  wait_until(shared + 4, 1);
  need(put_number("z/y/cgroup.procs", pid), "move");
  put("z/y/cgroup.freeze", "1");
  await_text("z/y/cgroup.events", "frozen 1");
  sys_kill(pid, SIGUSR1);
  sleep_ms(50);
  say("SIGUSR1: handled %d, %s\n", shared[5], get("z/y/cgroup.events"));
  put("z/y/cgroup.freeze", "0");
  int status = wait_for(pid);
  say("then: handled %d, %w\n", shared[5], status);
}

static void freezing(void) {
  make("z");
  make("z/y");
  say("freeze: '2' %s, '-1' %s, 'x' %s, '1' %s\n", outcome(put("z/cgroup.freeze", "2")),
      outcome(put("z/cgroup.freeze", "-1")), outcome(put("z/cgroup.freeze", "x")),
      outcome(put("z/cgroup.freeze", "1")));
  make("z/new");
  say("events of z: %s; z/y: %s; z/new: %s; freeze of z/y: %s\n", get("z/cgroup.events"),
      get("z/y/cgroup.events"), get("z/new/cgroup.events"), get("z/y/cgroup.freeze"));
  long pid = fork_child(idle, 0);
  int fd = (int)need(sys_open("z/cgroup.events", OPEN_READ, 0), "open");
  char text[64];
  sys_read(fd, text, 64);
  struct pollfd poll = {fd, 2, 0};
  struct timespec soon = {0, 0}, later = {5, 0};
  long ready = sys_poll(&poll, 1, &soon);
  say("poll: %s, %x\n", outcome(ready), (unsigned)poll.revents);
  need(put_number("z/y/cgroup.procs", pid), "move");
  ready = sys_poll(&poll, 1, &later);
  say("poll: %s, %x\n", outcome(ready), (unsigned)poll.revents);
  await_text("z/cgroup.events", "frozen 1");
  say("events of z: %s; z/y: %s\n", get("z/cgroup.events"), get("z/y/cgroup.events"));
  put("z/cgroup.freeze", "0");
  await_text("z/cgroup.events", "frozen 0");
  put("z/y/cgroup.freeze", "1");
  await_text("z/y/cgroup.events", "frozen 1");
  say("events of z: %s; z/y: %s\n", get("z/cgroup.events"), get("z/y/cgroup.events"));
  sys_kill(pid, SIGTERM);
  say("SIGTERM: %w\n", wait_for(pid));
  handles();
  pid = child_in("z/y/cgroup.procs");
  put("z/y/cgroup.freeze", "1");
  await_text("z/y/cgroup.events", "frozen 1");
  sys_kill(pid, SIGKILL);
  say("SIGKILL: %w\n", wait_for(pid));
  await_text("z/y/cgroup.events", "populated 0");
  say("events of z/y: %s\n", get("z/y/cgroup.events"));
  sys_close(fd);
  take("z/y");
  take("z/new");
  // Kill.
  make("z/k");
  long one = child_in("z/cgroup.procs"), two = child_in("z/k/cgroup.procs");
  say("kill: '0' %s, 'x' %s, '1' %s\n", outcome(put("z/cgroup.kill", "0")),
      outcome(put("z/cgroup.kill", "x")), outcome(put("z/cgroup.kill", "1")));
  say("%w, %w\n", wait_for(one), wait_for(two));
  await_text("z/cgroup.events", "populated 0");
  take("z/k");
  take("z");
}

static long tell_place(void *unused) {
  say("begins in %s\n", get("/proc/self/cgroup"));
  return 0;
}

static long clone_into(uint64_t fd, uint64_t flags) {
  struct clone_args args = {0};
  args.flags = CLONE_INTO_CGROUP | flags;
  args.exit_signal = flags & CLONE_THREAD ? 0 : SIGCHLD;
  args.cgroup = fd;
  if (flags & CLONE_VM) {
    args.stack = (uint64_t)(unsigned long)new_memory(STACK_SIZE, MAP_PRIVATE);
    args.stack_size = STACK_SIZE;
  }
  return arch_clone3(&args, CLONE_ARGS_SIZE_VER2, tell_place, 0);
}

static void clone_tells(const char *what, uint64_t fd, uint64_t flags) {
  long pid = clone_into(fd, flags);
  if (pid > 0) wait_for(pid);
  say("clone into %s: %s\n", what, outcome(pid < 0 ? pid : 0));
}

static long as_user(void *unused) {
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
  int fd = (int)need(sys_open("c", O_DIRECTORY, 0), "open");
  clone_tells("one that is not writable", fd, 0);
  say("moving oneself there: %s\n", outcome(put("c/cgroup.procs", "0")));
  return 0;
}

// A group that a user may write to, under one that they may not.
static long delegated(void *unused) {
  need(put("c/mine/cgroup.procs", "0"), "move");
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
  int one = (int)need(sys_open("c/mine/one", O_DIRECTORY, 0), "open");
  int other = (int)need(sys_open("c/other", O_DIRECTORY, 0), "open");
  clone_tells("one below", one, 0);
  clone_tells("one beside, of one's own", other, 0);
  say("moving oneself below: %s, beside: %s\n", outcome(put("c/mine/one/cgroup.procs", "0")),
      outcome(put("c/other/cgroup.procs", "0")));
  return 0;
}

static void own(const char *path) { need(syscall5(NR_fchownat, AT_FDCWD, ARG(path), 1000, 1000, 0), path); }

static void cloning(void) {
  make("c");
  make("c/gone");
  make("c/busy");
  make("c/thread");
  int fd = (int)need(sys_open("c", O_DIRECTORY, 0), "open");
  int path = (int)need(sys_open("c", O_PATH, 0), "open");
  int procs = (int)need(sys_open("c/cgroup.procs", OPEN_BOTH, 0), "open");
  int gone = (int)need(sys_open("c/gone", O_DIRECTORY, 0), "open");
  int thread = (int)need(sys_open("c/thread", O_DIRECTORY, 0), "open");
  int elsewhere = (int)need(sys_open("/tmp", O_DIRECTORY, 0), "open");
  take("c/gone");
  clone_tells("it", fd, 0);
  clone_tells("it by O_PATH", path, 0);
  clone_tells("its cgroup.procs", procs, 0);
  clone_tells("no descriptor", 999, 0);
  clone_tells("another folder", elsewhere, 0);
  clone_tells("a removed one", gone, 0);
  clone_tells("it, as a thread", fd, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
  run_in_child(as_user, 0);
  put("c/pids.max", "0");
  clone_tells("a full one", fd, 0);
  put("c/pids.max", "max");
  put("c/cgroup.subtree_control", "+pids");
  put("c/thread/cgroup.type", "threaded");
  say("thread is %s, busy is %s\n", get("c/thread/cgroup.type"), get("c/busy/cgroup.type"));
  int invalid = (int)need(sys_open("c/busy", O_DIRECTORY, 0), "open");
  clone_tells("an invalid domain", invalid, 0);
  clone_tells("a threaded one", thread, 0);
  take("c/thread");
  long inside = child_in("c/busy/cgroup.procs");
  clone_tells("one that shares out", fd, 0);
  finish(inside);
  await_text("c/busy/cgroup.events", "populated 0");
  put("c/cgroup.subtree_control", "-pids");
  const int all[] = {fd, path, procs, gone, thread, elsewhere, invalid};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) sys_close(all[i]);
  make("c/mine");
  make("c/mine/one");
  make("c/other");
  own("c/mine/one/cgroup.procs");
  own("c/mine/cgroup.procs");
  own("c/other/cgroup.procs");
  run_in_child(delegated, 0);
  take("c/other");
  take("c/mine/one");
  take("c/mine");
  take("c/busy");
  say("removed: %s\n", outcome(take("c")));
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  make("/tmp/control");
  say("mount: unknown option %s, %s\n",
      outcome(syscall5(NR_mount, ARG("none"), ARG("/tmp/control"), ARG("cgroup2"), 0, ARG("nonsense"))),
      outcome(syscall5(NR_mount, ARG("none"), ARG("/tmp/control"), ARG("cgroup2"), 0, 0)));
  need(sys_chdir("/tmp/control"), "chdir");
  say("one is in %s, the root has '%s'\n", get("/proc/self/cgroup"), get("cgroup.controllers"));
  the_tree();
  controllers();
  moving();
  threads();
  limits();
  freezing();
  cloning();
  say("still in %s, the controller off: %s\n", get("/proc/self/cgroup"),
      outcome(put("cgroup.subtree_control", "-pids")));
  sys_chdir("/");
  say("umount: %s\n", outcome(syscall2(NR_umount2, ARG("/tmp/control"), 0)));
  return 0;
}
