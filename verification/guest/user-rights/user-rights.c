// What capabilities and ids are worth across user namespaces.

#include "guest.h"

#include "user-namespace.h"

enum {
  CLONE_NEWUTS_ = 0x04000000,
  CLONE_NEWIPC_ = 0x08000000,
  CLONE_NEWPID_ = 0x20000000,
  CLONE_NEWNET_ = 0x40000000,
  CLONE_NEWCGROUP_ = 0x02000000,
  PRIO_PROCESS = 0,
  PRIO_USER = 2,
  RLIMIT_NPROC = 6,
  SOL_SOCKET_ = 1,
  SO_PASSCRED_ = 16,
  SO_PEERCRED_ = 17,
};

struct sets {
  uint32_t effective, permitted, inheritable;
};

static const char *refusal(long result) { return outcome(result < 0 ? result : 0); }

static void show_capabilities(const char *what) {
  struct {
    uint32_t version;
    int pid;
  } header = {0x20080522, 0};
  struct sets sets[2];
  need(syscall2(NR_capget, ARG(&header), ARG(sets)), "capget");
  say("%s: permitted %x %08x, effective %x %08x, inheritable %x %08x", what, sets[1].permitted,
      sets[0].permitted, sets[1].effective, sets[0].effective, sets[1].inheritable,
      sets[0].inheritable);
  say(", securebits %ld, bounding CHOWN %ld\n", sys_prctl(27, 0), sys_prctl(23, 0));
}

static void become(unsigned uid, unsigned gid) {
  need(syscall2(NR_setgroups, 0, 0), "setgroups");
  need(syscall3(NR_setresgid, gid, gid, gid), "setresgid");
  need(syscall3(NR_setresuid, uid, uid, uid), "setresuid");
}

static void try_clone(const char *name, unsigned long flags) {
  long pid = syscall5(NR_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) sys_exit(0);
  say("clone %s: %s\n", name, pid > 0 ? "made" : outcome(pid));
  if (pid > 0) wait_for(pid);
}

static long unprivileged(void *unused) {
  try_clone("NEWUTS", CLONE_NEWUTS_);
  try_clone("NEWUSER", CLONE_NEWUSER);
  try_clone("NEWUSER, UTS", CLONE_NEWUSER | CLONE_NEWUTS_);
  try_clone("NEWUSER and all others",
            CLONE_NEWUSER | CLONE_NEWUTS_ | CLONE_NEWIPC_ | CLONE_NEWPID_ | CLONE_NEWNET_ |
                CLONE_NEWCGROUP_ | CLONE_NEWNS);
  try_clone("NEWUSER, FS", CLONE_NEWUSER | CLONE_FS);
  try_clone("NEWUSER, THREAD", CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM);
  try_clone("NEWUSER, NEWIPC, SYSVSEM", CLONE_NEWUSER | CLONE_NEWIPC_ | CLONE_SYSVSEM);
  say("unshare NEWUTS: %s\n", outcome(syscall1(NR_unshare, CLONE_NEWUTS_)));
  say("unshare NEWUSER, UTS: %s\n", outcome(syscall1(NR_unshare, CLONE_NEWUSER | CLONE_NEWUTS_)));
  show_capabilities("inside");
  say("sethostname: %s\n", outcome(syscall2(NR_sethostname, ARG("inner"), 5)));
  say("unshare again: %s\n", outcome(syscall1(NR_unshare, CLONE_NEWUSER)));
  need(map(0, "uid_map", "0 1000 1"), "uid_map");
  say("with a user: %s\n", outcome(syscall1(NR_unshare, CLONE_NEWUSER)));
  need(map(0, "setgroups", "deny"), "setgroups");
  need(map(0, "gid_map", "0 100 1"), "gid_map");
  say("with both: %s\n", outcome(syscall1(NR_unshare, CLONE_NEWUSER)));
  say("UTS of the outer: %s\n", outcome(syscall2(NR_sethostname, ARG("inner"), 5)));
  return 0;
}

static long deep(void *unused) {
  for (int level = 1;; level++) {
    long result = syscall1(NR_unshare, CLONE_NEWUSER);
    if (result) {
      say("unshare at level %d: %s\n", level, outcome(result));
      try_clone("at that level", CLONE_NEWUSER);
      return 0;
    }
    need(map(0, "uid_map", level == 1 ? "0 1000 1" : "0 0 1"), "uid_map");
    need(map(0, "setgroups", "deny"), "setgroups");
    need(map(0, "gid_map", level == 1 ? "0 100 1" : "0 0 1"), "gid_map");
  }
}

// Limits of /proc/sys/user.
static const char limit_file[] = "/proc/sys/user/max_user_namespaces";

// Linux takes its time to count a namespace as gone.
static void let_go(void) { sleep_ms(500); }

static long limited(void *unused) {
  let_go();
  try_clone("with room for one", CLONE_NEWUSER);
  let_go();
  say("unshare: %s,", outcome(syscall1(NR_unshare, CLONE_NEWUSER)));
  need(map(0, "uid_map", "0 1000 1"), "uid_map");
  need(map(0, "setgroups", "deny"), "setgroups");
  need(map(0, "gid_map", "0 100 1"), "gid_map");
  say(" again: %s\n", outcome(syscall1(NR_unshare, CLONE_NEWUSER)));
  show_file(limit_file);
  say("limit to 5 inside: %s\n", outcome(write_file(limit_file, "5")));
  show_file(limit_file);
  say("negative: %s, word %s\n", outcome(write_file(limit_file, "-1")),
      outcome(write_file(limit_file, "x")));
  return 0;
}

static long by_a_user(void *unused) {
  say("limit by a user: %s\n", outcome(write_file(limit_file, "5")));
  return 0;
}

static long by_another(void *unused) {
  try_clone("of another user", CLONE_NEWUSER);
  return 0;
}

static void limits(void) {
  need(write_file(limit_file, "1"), "limit");
  as(1000, 100, limited, 0);
  as(1001, 100, by_another, 0);
  let_go();
  need(write_file(limit_file, "0"), "limit");
  try_clone("of root with no room", CLONE_NEWUSER);
  try_clone("NEWUSER, NEWUTS with no room", CLONE_NEWUSER | CLONE_NEWUTS_);
  as(1000, 100, by_a_user, 0);
  need(write_file(limit_file, "400"), "limit");
}

// Signals.
static struct siginfo last;

static void on_signal(int signal, struct siginfo *info, void *context) { last = *info; }

static uint32_t si_uid(void) { return ((uint32_t *)&last)[4]; }

static long victim(void *gates) {
  struct gate *gate = gates;
  gate_await(&gate[0]);
  return 0;
}

static long killer(void *pids) {
  long *pid = pids;
  become(0, 0);
  say("kill root's: %s, own user's: %s, other's: %s, same group: %s\n",
      outcome(sys_kill(pid[0], 0)), outcome(sys_kill(pid[1], 0)), outcome(sys_kill(pid[2], 0)),
      outcome(sys_kill(pid[3], 0)));
  say("nice of own user's: %s,", outcome(syscall3(NR_setpriority, PRIO_PROCESS, pid[1], 5)));
  say(" of other's: %s\n", outcome(syscall3(NR_setpriority, PRIO_PROCESS, pid[2], 5)));
  say("kcmp with own user's: %s,", refusal(syscall5(NR_kcmp, sys_getpid(), pid[1], 1, 0, 0)));
  say(" with other's: %s\n", refusal(syscall5(NR_kcmp, sys_getpid(), pid[2], 1, 0, 0)));
  uint64_t limit[2];
  say("limits of own user's: %s,", outcome(syscall4(261, pid[1], 7, 0, ARG(limit))));
  say(" of other's: %s\n", outcome(syscall4(261, pid[2], 7, 0, ARG(limit))));
  say("environment of own user's: %s,", refusal(sys_open(proc_file(pid[1], "environ"), 0, 0)));
  say(" of root's: %s\n", refusal(sys_open(proc_file(pid[0], "environ"), 0, 0)));
  return 0;
}

static long become_and_wait(void *data) {
  struct somebody *who = data;
  need(syscall3(NR_setresgid, who->gid, who->gid, who->gid), "setresgid");
  need(syscall3(NR_setresuid, who->uid, who->uid, who->uid), "setresuid");
  sys_prctl(4, 1);
  gate_await(who->argument);
  return 0;
}

static void kill_out(void) {
  struct gate go;
  gate_make(&go);
  static const unsigned uids[] = {0, 1000, 3000, 1003};
  struct somebody who[4];
  long pids[4];
  for (int i = 0; i < 4; i++) {
    who[i] = (struct somebody){uids[i], uids[i], 0, &go};
    pids[i] = fork_child(become_and_wait, &who[i]);
  }
  sleep_ms(200);
  inside(0, "0 1000 10", "0 1000 10", killer, pids);
  for (int i = 0; i < 4; i++) gate_open(&go);
  for (int i = 0; i < 4; i++) wait_for(pids[i]);
}

// Who owns a user namespace has all capabilities in it.
static long owner_side(void *unused) {
  struct child child;
  struct gate go;
  gate_make(&go);
  long pid = need(child_start(&child, CLONE_NEWUSER, victim, &go), "clone");
  say("owner: kill %s,", outcome(sys_kill(pid, 0)));
  say(" nice %s,", outcome(syscall3(NR_setpriority, PRIO_PROCESS, pid, 3)));
  long ns = sys_open(proc_file(pid, "ns/user"), O_RDONLY, 0);
  say(" enter %s,", outcome(syscall2(NR_NS_setns, ns, CLONE_NEWUSER)));
  show_capabilities(" then");
  say("enter again %s\n", outcome(syscall2(NR_NS_setns, ns, 0)));
  long above = sys_open("/proc/1/ns/user", O_RDONLY, 0);
  say("that of pid 1: %s\n", refusal(above));
  gate_open(&child.go);
  gate_open(&go);
  wait_for(pid);
  return 0;
}

static long enter(void *data) {
  long ns = *(long *)data;
  say("by somebody else: %s\n", outcome(syscall2(NR_NS_setns, ns, CLONE_NEWUSER)));
  return 0;
}

static void enter_others(void) {
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, victim, 0), "clone");
  long own = need(sys_open("/proc/self/ns/user", O_RDONLY, 0), "ns");
  long ns = need(sys_open(proc_file(pid, "ns/user"), O_RDONLY, 0), "ns");
  say("one's own: %s, wrong kind %s\n", outcome(syscall2(NR_NS_setns, own, 0)),
      outcome(syscall2(NR_NS_setns, ns, CLONE_NEWUTS_)));
  say("parent of the first: %s\n", outcome(syscall3(29, own, 0xb702, 0)));
  say("parent: %s, owner %s", refusal(syscall3(29, ns, 0xb702, 0)),
      refusal(syscall3(29, ns, 0xb701, 0)));
  unsigned uid = 77;
  say(", uid of the owner %s", outcome(syscall3(29, ns, 0xb704, ARG(&uid))));
  say(" %u\n", uid);
  sys_kill(pid, 9);
  wait_for(pid);
}

// siginfo and ids of children.
static long stops_and_ends(void *unused) {
  sys_kill(sys_getpid(), 19);
  return 7;
}

static long signals_parent(void *parent) {
  become(2, 2);
  long pid = *(long *)parent;
  say("kill up: %s\n", outcome(sys_kill(pid, 10)));
  return 0;
}

// The next SIGCHLD, which is blocked.
static void show_sigchld(const char *what) {
  uint32_t set[2] = {mask_bit(SIGCHLD), 0};
  need(sys_rt_sigtimedwait(set, &last, 0), "rt_sigtimedwait");
  say("%s: code %d uid %u\n", what, last.code, si_uid());
}

static void stop_and_end(long pid) {
  struct siginfo info;
  need(sys_waitid(1, pid, &info, 2), "waitid");
  say("waitid: code %d uid %u\n", info.code, ((uint32_t *)&info)[4]);
  show_sigchld("stopped");
  sys_kill(pid, 9);
  need(sys_waitid(1, pid, &info, 4), "waitid");
  say("waitid: code %d uid %u\n", info.code, ((uint32_t *)&info)[4]);
  show_sigchld("killed");
}

static void block_sigchld(void) {
  uint32_t set[2] = {mask_bit(SIGCHLD), 0};
  need(sys_rt_sigprocmask(0, set, 0), "rt_sigprocmask");
}

static long parent_of_one(void *unused) {
  become(3, 3);
  block_sigchld();
  stop_and_end(fork_child(stops_and_ends, 0));
  return 0;
}

static long raises(void *unused) {
  become(4, 4);
  handle(10, (signal_handler)on_signal, 4);
  sys_kill(sys_getpid(), 10);
  say("own signal: uid %u\n", si_uid());
  uint32_t forged[32] = {10, 0, (uint32_t)-1, 55, 8};
  sys_rt_sigqueueinfo(sys_getpid(), 10, (struct siginfo *)forged);
  say("queued as 8: uid %u,", si_uid());
  forged[4] = 80;
  sys_rt_sigqueueinfo(sys_getpid(), 10, (struct siginfo *)forged);
  say(" as 80: uid %u\n", si_uid());
  return 0;
}

static long mapped_child_stops(void *unused) {
  become(5, 5);
  return stops_and_ends(0);
}

static long children_of_namespaces(void *unused) {
  block_sigchld();
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, stops_and_ends, 0), "clone");
  gate_open(&child.go);
  stop_and_end(pid);
  pid = need(child_start(&child, CLONE_NEWUSER, mapped_child_stops, 0), "clone");
  need(map(pid, "uid_map", "0 1000 10\n1000 3000 10"), "uid_map");
  need(map(pid, "gid_map", "0 1000 10"), "gid_map");
  gate_open(&child.go);
  stop_and_end(pid);
  return 0;
}

static void signal_up(void) {
  handle(10, (signal_handler)on_signal, 4);
  long own = sys_getpid();
  inside(0, "0 0 1\n1 1000 10", "0 0 10", signals_parent, &own);
}

// Sockets.
static void show_credentials(const char *what, int fd) {
  uint32_t ucred[3], length = sizeof ucred;
  long result = syscall5(209, fd, SOL_SOCKET_, SO_PEERCRED_, ARG(ucred), ARG(&length));
  say("%s: %s uid %u gid %u\n", what, outcome(result), ucred[1], ucred[2]);
}

static long peer(void *fds) {
  become(2, 3);
  show_credentials("peer inside", ((int *)fds)[0]);
  int own[2];
  need(syscall4(NR_socketpair, 1, 1, 0, ARG(own)), "socketpair");
  show_credentials("own", own[0]);
  struct {
    uint32_t length;
    int level, type;
    uint32_t pid, uid, gid;
  } control = {24, SOL_SOCKET_, 2, 0, 0, 0};
  char byte = 'x';
  struct {
    void *base;
    unsigned long length;
  } vector = {&byte, 1};
  struct {
    void *name;
    uint32_t name_length;
    void *vector;
    unsigned long count;
    void *control;
    unsigned long control_length;
    int flags;
  } message = {0, 0, &vector, 1, &control, 24, 0};
  static const uint32_t ids[][2] = {{2, 3}, {9, 3}, {20, 3}, {2, 20}, {2, 8}};
  for (int i = 0; i < 5; i++) {
    control.pid = (uint32_t)sys_getpid();
    control.uid = ids[i][0];
    control.gid = ids[i][1];
    say("send as %u %u: %s\n", control.uid, control.gid,
        outcome(syscall3(211, ((int *)fds)[1], ARG(&message), 0)));
  }
  return 0;
}

static void sockets(void) {
  int fds[2];
  need(syscall4(NR_socketpair, 1, 1, 0, ARG(fds)), "socketpair");
  int one = 1;
  need(syscall5(208, fds[0], SOL_SOCKET_, SO_PASSCRED_, ARG(&one), 4), "SO_PASSCRED");
  inside(0, "0 1000 10", "0 2000 10", peer, fds);
  struct {
    uint32_t length;
    int level, type;
    uint32_t pid, uid, gid;
  } control;
  char byte[8];
  struct {
    void *base;
    unsigned long length;
  } vector = {byte, 1};
  struct {
    void *name;
    uint32_t name_length;
    void *vector;
    unsigned long count;
    void *control;
    unsigned long control_length;
    int flags;
  } message = {0, 0, &vector, 1, &control, 24, 0};
  need(syscall3(212, fds[0], ARG(&message), 0), "recvmsg");
  say("received outside: uid %u gid %u\n", control.uid, control.gid);
}

// Identity of processes in /proc.
static void status_lines(const char *path) {
  static char text[4000];
  long fd = need(sys_open(path, O_RDONLY, 0), path);
  long length = need(sys_read((int)fd, text, sizeof text - 1), "read");
  sys_close((int)fd);
  text[length] = 0;
  for (char *at = text; *at;) {
    char *end = at;
    while (*end && *end != '\n') end++;
    bool wanted = (at[0] == 'U' && at[1] == 'i') || (at[0] == 'G' && (at[1] == 'i' || at[1] == 'r'));
    if (wanted) {
      sys_write(1, "  ", 2);
      sys_write(1, at, (unsigned long)(end - at + 1));
    }
    at = *end ? end + 1 : end;
  }
}

static void owner_of(const char *path) {
  uint32_t words[26];
  long result = syscall4(NR_NS_fstatat64, AT_FDCWD, ARG(path), ARG(words), 0x100);
  say("  %s: uid %u gid %u\n", result ? outcome(result) : base_name(path), words[6], words[7]);
}

static long looks_at(void *data) {
  long *pids = data;
  become(3, 4);
  status_lines("/proc/self/status");
  owner_of(proc_file(0, "maps"));
  say("not dumpable: %s\n", outcome(sys_prctl(4, 0)));
  owner_of(proc_file(0, "maps"));
  status_lines(proc_file(pids[0], "status"));
  owner_of(proc_file(pids[0], "maps"));
  return 0;
}

static long waits(void *gate) {
  gate_await(gate);
  return 0;
}

static void in_proc(void) {
  struct gate go;
  gate_make(&go);
  long pids[1] = {fork_child(waits, &go)};
  inside(0, "0 1000 10", "0 2000 10", looks_at, pids);
  gate_open(&go);
  wait_for(pids[0]);
}

// Capabilities inside.
static long root_inside(void *unused) {
  show_capabilities("before setuid");
  become(0, 0);
  show_capabilities("root");
  need(syscall3(NR_setresuid, -1, 4, -1), "setresuid");
  show_capabilities("effective user 4");
  need(syscall3(NR_setresuid, -1, 0, -1), "setresuid");
  show_capabilities("root again");
  say("securebits: %s\n", outcome(sys_prctl(28, 1)));
  say("bounding: %s\n", outcome(sys_prctl(24, 13)));
  say("nice -5: %s\n", outcome(syscall3(NR_setpriority, PRIO_PROCESS, 0, -5)));
  say("real time: %s\n", outcome(syscall3(119, 0, 1, ARG((&(int){5})))));
  say("hard limit: %s\n",
      outcome(syscall2(NR_setrlimit, RLIMIT_NPROC, ARG(((unsigned long[]){50, 60})))));
  say("raised: %s\n",
      outcome(syscall2(NR_setrlimit, RLIMIT_NPROC, ARG(((unsigned long[]){50, 70})))));
  say("hostname: %s\n", outcome(syscall2(NR_sethostname, ARG("x"), 1)));
  say("clock: %s\n", outcome(syscall2(405, 0, ARG(((long long[]){1, 0})))));
  say("io priority: %s\n", outcome(syscall3(NR_ioprio_set, 1, 0, 1 << 13)));
  need(syscall1(NR_setuid, 4), "setuid");
  show_capabilities("user 4");
  return 0;
}

static long without_root(void *unused) {
  need(syscall3(NR_setresuid, 1, 1, 1), "setresuid");
  show_capabilities("no root inside");
  return 0;
}

static long priorities(void *unused) {
  become(0, 0);
  say("getpriority of user 0: %s,", outcome(syscall2(NR_getpriority, PRIO_USER, 0)));
  say(" 3: %s, 20: %s\n", outcome(syscall2(NR_getpriority, PRIO_USER, 3)),
      outcome(syscall2(NR_getpriority, PRIO_USER, 20)));
  say("ioprio of user 0: %s, 20: %s\n", outcome(syscall2(NR_ioprio_get, 3, 0)),
      outcome(syscall2(NR_ioprio_get, 3, 20)));
  return 0;
}

// setresuid that changes nothing leaves even the file system id alone.
static long no_change(void *unused) {
  syscall1(NR_setfsuid, 5);
  syscall1(NR_setfsgid, 6);
  need(syscall3(NR_setresuid, -1, -1, -1), "setresuid");
  need(syscall3(NR_setresgid, -1, 0, -1), "setresgid");
  say("fsuid %ld", syscall1(NR_setfsuid, -1));
  say(" fsgid %ld\n", syscall1(NR_setfsgid, -1));
  need(syscall3(NR_setresgid, -1, -1, 0), "setresgid");
  say("fsgid %ld\n", syscall1(NR_setfsgid, -1));
  return 0;
}

// Linking an open file by its descriptor.
static long link_opened(void *data) {
  int root_fd = *(int *)data;
  need(sys_chdir("/tmp/user-rights"), "chdir");
  long fd = need(sys_open("own", O_RDWR | O_CREAT, 0600), "open");
  say("link what one has opened: %s,", outcome(syscall5(37, fd, ARG(""), AT_FDCWD, ARG("l1"), 0x1000)));
  say(" what root has: %s,", outcome(syscall5(37, root_fd, ARG(""), AT_FDCWD, ARG("l2"), 0x1000)));
  need(syscall1(NR_setuid, 1000), "setuid");
  say(" and after setuid: %s\n", outcome(syscall5(37, fd, ARG(""), AT_FDCWD, ARG("l3"), 0x1000)));
  return 0;
}

static void links(void) {
  need(syscall3(NR_mkdirat, AT_FDCWD, ARG("/tmp/user-rights"), 0777), "mkdir");
  need(syscall3(NR_NS_fchmodat, AT_FDCWD, ARG("/tmp/user-rights"), 0777), "chmod");
  int fd = (int)need(sys_open("/tmp/user-rights/root", O_RDWR | O_CREAT, 0666), "open");
  need(syscall3(NR_NS_fchmodat, AT_FDCWD, ARG("/tmp/user-rights/root"), 0666), "chmod");
  as(1000, 100, link_opened, &fd);
}

// RLIMIT_NPROC counts per user namespace, and for its owner above.
static long forks(void *unused) {
  struct gate go;
  gate_make(&go);
  int made = 0;
  long result;
  long pids[8];
  while (made < 8 && (result = arch_clone(SIGCHLD, 0, 0, 0, 0, waits, &go)) > 0) pids[made++] = result;
  say("made %d, then %s\n", made, made < 8 ? outcome(result) : "enough");
  for (int i = 0; i < made; i++) gate_open(&go);
  for (int i = 0; i < made; i++) wait_for(pids[i]);
  return 0;
}

static long forks_in_namespace(void *unused) {
  need(syscall1(NR_unshare, CLONE_NEWUSER), "unshare");
  unsigned long more[] = {6, 10};
  need(syscall2(NR_setrlimit, RLIMIT_NPROC, ARG(more)), "setrlimit");
  return forks(0);
}

static long few_processes(void *function) {
  unsigned long few[] = {4, 10};
  need(syscall2(NR_setrlimit, RLIMIT_NPROC, ARG(few)), "setrlimit");
  return ((long (*)(void *))function)(0);
}

static long unnamed(void *unused) {
  show_ids("unnamed");
  say("limits by nobody: %s\n", outcome(write_file("/proc/sys/kernel/overflowuid", "5")));
  return 0;
}

static void overflow_ids(void) {
  need(write_file("/proc/sys/kernel/overflowuid", "1234"), "overflowuid");
  need(write_file("/proc/sys/kernel/overflowgid", "4321\n"), "overflowgid");
  show_file("/proc/sys/kernel/overflowuid");
  inside(0, 0, 0, unnamed, 0);
  inside(0, "0 1000 1", 0, unnamed, 0);
  say("65536: %s,", outcome(write_file("/proc/sys/kernel/overflowuid", "65536")));
  say(" -1: %s\n", outcome(write_file("/proc/sys/kernel/overflowuid", "-1")));
}

int guest_main(int argc, char **argv, char **envp) {
  as(1000, 100, unprivileged, 0);
  as(1000, 100, deep, 0);
  limits();
  say("-- signals\n");
  kill_out();
  inside(0, "0 1000 10", "0 1000 10", parent_of_one, 0);
  inside(0, "0 1000 10", "0 1000 10", raises, 0);
  run_in_child(children_of_namespaces, 0);
  signal_up();
  say("-- owners\n");
  as(1000, 100, owner_side, 0);
  enter_others();
  struct child child;
  long pid = need(child_start(&child, CLONE_NEWUSER, waits, &child.go), "clone");
  long ns = need(sys_open(proc_file(pid, "ns/user"), O_RDONLY, 0), "ns");
  as(1000, 100, enter, &ns);
  gate_open(&child.go);
  child_finish(&child, pid);
  say("-- sockets\n");
  sockets();
  say("-- proc\n");
  in_proc();
  say("-- capabilities\n");
  inside(0, "0 1000 10", "0 1000 10", root_inside, 0);
  inside(0, "1 1000 10", "0 0 10", without_root, 0);
  inside(0, "0 1000 10", "0 1000 10", priorities, 0);
  run_in_child(no_change, 0);
  links();
  say("-- processes\n");
  as(1000, 100, few_processes, forks);
  as(1001, 100, few_processes, forks_in_namespace);
  overflow_ids();
  return 0;
}
