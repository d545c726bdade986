// The rows by which clone and clone3 are refused (docs/process-creation.md), as data, in the order in
// which the kernel looks at them: for each row one entry or more that says what of the call and of the situation breaks it. Two rows are put up
// together by uniting what they say, unless they contradict each other.
//
// A trial is made by a process of its own, the prober, which brings itself into the situation, makes
// the call and reports. What it changes for all (limits in /proc/sys) is put right behind it.

#ifndef CLONE_ROWS_H
#define CLONE_ROWS_H

#include "outcome.h"

#define NEWTIME 0x00000080ull
#define NEWCGROUP 0x02000000ull
#define NEWUTS 0x04000000ull
#define NEWIPC 0x08000000ull
#define NEWUSER 0x10000000ull
#define NEWPID 0x20000000ull
#define NEWNET 0x40000000ull

enum {
  NR_ROWS_chroot = 51,
  NR_ROWS_setns = 268,
  NR_ROWS_sched_setattr = 274,
  ROWS_O_PATH = 010000000,
  ROWS_RLIMIT_NPROC = 6,
  ROWS_RLIMIT_NOFILE = 7,
  PR_ROWS_SET_DUMPABLE = 4,
  NOBODY_UID = 4000,
};

enum { LEGACY = 1, CLONE3 = 2, BOTH = 3 };

// Arguments of the call that a row wants otherwise.
enum field {
  NO_FIELD,
  SIZE,         // clone3's second argument
  PLACE,        // of the structure: NOWHERE or PAGE_END
  TAIL,         // its last byte
  EXIT_SIGNAL,
  STACK,
  STACK_LENGTH,
  TIDS,         // set_tid: TIDS_HERE or an address
  TID_COUNT,
  TID_INNER,    // set_tid[0]
  TID_OUTER,    // set_tid[1]
  CGROUP,       // a number, or GROUP + one of enum group
  PIDFD_AT,     // an address
  PARENT_TID_AT,
  FIELDS,
};

enum { NOWHERE = 1, PAGE_END, TIDS_HERE = 1, SAME_AS_PIDFD = 1, BAD_ADDRESS = 4 };

#define GROUP (1ull << 40)
enum group { BAD_FD, NO_GROUP, DEAD, CLOSED, OUTSIDE, INVALID, SHARING, FULL, GROUPS };

// What the prober does before the call, in this order.
enum situation {
  AS_INIT = 1 << 0,         // is the init of a pid namespace
  DEEP_PIDS = 1 << 1,       // is as deep in pid namespaces as can be
  FOREIGN_PIDS = 1 << 2,    // is in a pid namespace that belongs to a user namespace below its own
  PENDING_PIDS = 1 << 3,    // has unshared its children's pid namespace
  DEAD_PIDS = 1 << 4,       // the same, and its init has been and gone
  IN_CGROUP = 1 << 5,       // has a cgroup namespace of its own
  IN_FULL = 1 << 6,         // is in a control group whose pids.max is 1
  FEW_THREADS = 1 << 7,     // kernel.threads-max is less than there are
  NO_UTS = 1 << 8,          // user.max_uts_namespaces is 0
  NO_USERS = 1 << 9,        // user.max_user_namespaces is 0
  PRIVILEGED_USERS = 1 << 10,  // kernel.unprivileged_userns_clone is 0
  NO_PIDS = 1 << 11,        // all numbers up to kernel.pid_max are in use
  DEADLINE = 1 << 12,       // is scheduled by SCHED_DEADLINE
  CHROOTED = 1 << 13,
  NOBODY = 1 << 14,         // is a user without capabilities
  UNMAPPED = 1 << 15,       // is in a user namespace that does not map its ids
  DEEP_USERS = 1 << 16,     // is as deep in user namespaces as can be
  NO_FDS = 1 << 17,         // RLIMIT_NOFILE is 0
  ONE_TASK = 1 << 18,       // RLIMIT_NPROC is 1
  OWN_PIDS = 1 << 19,       // children come into its own pid namespace
};

struct row {
  const char *name;
  unsigned char paths;
  uint64_t on, off;  // flags that must be given and that must not
  unsigned situations;
  struct {
    unsigned char field;
    uint64_t value;
  } set[4];
};

// clang-format off
static const struct row rows[] = {
    {"2 size over a page",       CLONE3, 0, 0, 0, {{SIZE, 4097}}},
    {"3 size 63",                CLONE3, 0, 0, 0, {{SIZE, 63}}},
    {"4 args nowhere",           CLONE3, 0, 0, 0, {{PLACE, NOWHERE}}},
    {"4 tail nowhere",           CLONE3, 0, 0, 0, {{PLACE, PAGE_END}, {SIZE, 96}}},
    {"4 tail not zero",          CLONE3, 0, 0, 0, {{TAIL, 1}, {SIZE, 96}}},
    {"5 33 tids",                CLONE3, 0, 0, 0, {{TIDS, TIDS_HERE}, {TID_COUNT, 33}}},
    {"6 tids, no count",         CLONE3, 0, 0, 0, {{TIDS, TIDS_HERE}, {TID_COUNT, 0}}},
    {"6 count, no tids",         CLONE3, 0, 0, 0, {{TIDS, 0}, {TID_COUNT, 1}}},
    {"7 signal 256",             CLONE3, 0, 0, 0, {{EXIT_SIGNAL, 256}}},
    {"7 signal 65",              CLONE3, 0, 0, 0, {{EXIT_SIGNAL, 65}}},
    {"8 cgroup 2^31",            CLONE3, CLONE_INTO_CGROUP, 0, 0, {{CGROUP, 1ull << 31}}},
    {"8 cgroup in 80 bytes",     CLONE3, CLONE_INTO_CGROUP, 0, 0, {{SIZE, 80}}},
    {"9 tids nowhere",           CLONE3, 0, 0, 0, {{TIDS, BAD_ADDRESS}, {TID_COUNT, 1}}},
    {"10 bit 34",                CLONE3, 1ull << 34, 0, 0, {{0}}},
    {"11 DETACHED",              CLONE3, CLONE_DETACHED, 0, 0, {{0}}},
    {"11 signal in flags",       CLONE3, SIGCHLD, 0, 0, {{0}}},
    {"12 cleared and shared",    CLONE3, CLONE_CLEAR_SIGHAND | CLONE_SIGHAND | CLONE_VM, 0, 0, {{0}}},
    {"13 THREAD, signal",        CLONE3, CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, {{EXIT_SIGNAL, SIGCHLD}}},
    {"13 PARENT, signal",        CLONE3, CLONE_PARENT, 0, 0, {{EXIT_SIGNAL, SIGCHLD}}},
    {"14 length, no stack",      CLONE3, 0, 0, 0, {{STACK, 0}, {STACK_LENGTH, 4096}}},
    {"14 stack, no length",      CLONE3, 0, 0, 0, {{STACK, 65536}, {STACK_LENGTH, 0}}},
    {"14 stack in the kernel",   CLONE3, 0, 0, 0, {{STACK, 0xf0000000}, {STACK_LENGTH, 4096}}},
    {"15 PIDFD, PARENT_SETTID",  BOTH,   CLONE_PIDFD | CLONE_PARENT_SETTID, 0, 0, {{PARENT_TID_AT, SAME_AS_PIDFD}}},
    {"16 NEWNS, FS",             BOTH,   CLONE_NEWNS | CLONE_FS, 0, 0, {{0}}},
    {"16 NEWUSER, FS",           BOTH,   NEWUSER | CLONE_FS, 0, 0, {{0}}},
    {"17 NEWUSER not for all",   BOTH,   NEWUSER, 0, PRIVILEGED_USERS | NOBODY, {{0}}},
    {"18 THREAD alone",          BOTH,   CLONE_THREAD, CLONE_SIGHAND, 0, {{0}}},
    {"18 SIGHAND alone",         BOTH,   CLONE_SIGHAND, CLONE_VM, 0, {{0}}},
    {"19 PARENT by init",        BOTH,   CLONE_PARENT, 0, AS_INIT, {{0}}},
    {"20 THREAD, NEWUSER",       BOTH,   CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | NEWUSER, 0, 0, {{0}}},
    {"20 THREAD, NEWPID",        BOTH,   CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | NEWPID, 0, 0, {{0}}},
    {"20 THREAD after unshare",  BOTH,   CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, PENDING_PIDS, {{0}}},
    {"21 PIDFD, DETACHED",       LEGACY, CLONE_PIDFD | CLONE_DETACHED, 0, 0, {{0}}},
    {"23 no more users",         BOTH,   NEWUSER, 0, NO_USERS, {{0}}},
    {"23 users too deep",        BOTH,   NEWUSER, 0, DEEP_USERS, {{0}}},
    {"23 chrooted",              BOTH,   NEWUSER, 0, CHROOTED, {{0}}},
    {"23 unmapped",              BOTH,   NEWUSER, 0, UNMAPPED, {{0}}},
    {"24 RLIMIT_NPROC",          BOTH,   0, 0, ONE_TASK | NOBODY, {{0}}},
    {"25 threads-max",           BOTH,   0, 0, FEW_THREADS, {{0}}},
    {"25 SCHED_DEADLINE",        BOTH,   0, 0, DEADLINE, {{0}}},
    {"27 NEWUTS by nobody",      BOTH,   NEWUTS, NEWUSER, NOBODY, {{0}}},
    {"28 NEWIPC, SYSVSEM",       BOTH,   NEWIPC | CLONE_SYSVSEM, 0, 0, {{0}}},
    {"27b no more uts",          BOTH,   NEWUTS, 0, NO_UTS, {{0}}},
    {"29 NEWPID after unshare",  BOTH,   NEWPID, 0, PENDING_PIDS, {{0}}},
    {"29 NEWPID among others",   BOTH,   NEWPID, 0, FOREIGN_PIDS, {{0}}},
    {"29 pids too deep",         BOTH,   NEWPID, 0, DEEP_PIDS, {{0}}},
    {"27c NEWTIME",              CLONE3, NEWTIME, 0, 0, {{0}}},
    {"30 3 tids for 2",          CLONE3, NEWPID, 0, 0, {{TIDS, TIDS_HERE}, {TID_COUNT, 3}}},
    {"31 tid 0",                 CLONE3, 0, 0, 0, {{TIDS, TIDS_HERE}, {TID_COUNT, 1}, {TID_INNER, 0}}},
    {"31 tid over pid_max",      CLONE3, 0, 0, 0, {{TIDS, TIDS_HERE}, {TID_COUNT, 1}, {TID_INNER, 1 << 30}}},
    {"31 tid 5, no init",        CLONE3, NEWPID, 0, 0, {{TIDS, TIDS_HERE}, {TID_COUNT, 1}, {TID_INNER, 5}}},
    {"32 tid by nobody",         CLONE3, 0, 0, NOBODY, {{TIDS, TIDS_HERE}, {TID_COUNT, 1}, {TID_INNER, 290}}},
    {"33 tid 1 in use",          CLONE3, 0, NEWPID, OWN_PIDS, {{TIDS, TIDS_HERE}, {TID_COUNT, 1}, {TID_INNER, 1}}},
    {"33 no pid free",           BOTH,   0, 0, NO_PIDS, {{0}}},
    {"33b in use, then invalid", CLONE3, 0, NEWPID, AS_INIT | OWN_PIDS, {{TIDS, TIDS_HERE}, {TID_COUNT, 2}, {TID_INNER, 1}, {TID_OUTER, 0}}},
    {"37 dead pid namespace",    BOTH,   0, NEWPID, DEAD_PIDS, {{0}}},
    {"34 no descriptor free",    BOTH,   CLONE_PIDFD, 0, NO_FDS, {{0}}},
    {"34 pidfd nowhere",         BOTH,   CLONE_PIDFD, 0, 0, {{PIDFD_AT, BAD_ADDRESS}}},
    {"35 bad descriptor",        CLONE3, CLONE_INTO_CGROUP, 0, 0, {{CGROUP, GROUP + BAD_FD}}},
    {"35 no group",              CLONE3, CLONE_INTO_CGROUP, 0, 0, {{CGROUP, GROUP + NO_GROUP}}},
    {"35 removed",               CLONE3, CLONE_INTO_CGROUP, 0, 0, {{CGROUP, GROUP + DEAD}}},
    {"35 not writable",          CLONE3, CLONE_INTO_CGROUP, 0, NOBODY, {{CGROUP, GROUP + CLOSED}}},
    {"35 outside",               CLONE3, CLONE_INTO_CGROUP, 0, IN_CGROUP, {{CGROUP, GROUP + OUTSIDE}}},
    {"35 domain invalid",        CLONE3, CLONE_INTO_CGROUP, 0, 0, {{CGROUP, GROUP + INVALID}}},
    {"35 shares out",            CLONE3, CLONE_INTO_CGROUP, 0, 0, {{CGROUP, GROUP + SHARING}}},
    {"36 pids.max there",        CLONE3, CLONE_INTO_CGROUP, 0, 0, {{CGROUP, GROUP + FULL}}},
    {"36 pids.max here",         BOTH,   0, CLONE_INTO_CGROUP, IN_FULL, {{0}}},
};
// clang-format on

enum { ROWS = sizeof rows / sizeof *rows };

// Situations that cannot be together.
static const unsigned contradictions[][2] = {
    {AS_INIT | DEEP_PIDS | PENDING_PIDS | DEAD_PIDS, FOREIGN_PIDS | NO_PIDS},
    {FOREIGN_PIDS, NO_PIDS},
    {OWN_PIDS, PENDING_PIDS | DEAD_PIDS},
    {DEEP_PIDS, PENDING_PIDS | DEAD_PIDS},
    {DEEP_USERS, UNMAPPED | CHROOTED | NO_USERS | PRIVILEGED_USERS},
    {UNMAPPED, NO_USERS | PRIVILEGED_USERS},
    {IN_CGROUP, IN_FULL},
    {DEADLINE, NOBODY | UNMAPPED | DEEP_USERS},
};

// A trial: the union of its rows.
struct trial {
  bool clone3;
  uint64_t on, off;
  unsigned situations;
  bool has[FIELDS];
  uint64_t fields[FIELDS];
};

static bool add_row(struct trial *trial, const struct row *row) {
  trial->on |= row->on;
  trial->off |= row->off;
  trial->situations |= row->situations;
  for (unsigned i = 0; i < sizeof row->set / sizeof *row->set; i++) {
    unsigned field = row->set[i].field;
    if (!field) continue;
    if (trial->has[field] && trial->fields[field] != row->set[i].value) return false;
    trial->has[field] = true;
    trial->fields[field] = row->set[i].value;
  }
  if (trial->on & trial->off) return false;
  for (unsigned i = 0; i < sizeof contradictions / sizeof *contradictions; i++)
    if (trial->situations & contradictions[i][0] && trial->situations & contradictions[i][1])
      return false;
  return true;
}

static uint64_t field_or(const struct trial *trial, enum field field, uint64_t otherwise) {
  return trial->has[field] ? trial->fields[field] : otherwise;
}

// What prober and supervisor share.
struct report {
  volatile int done;
  volatile long result;
  struct trial trial;
  long (*guard)(long prober);  // waits for the prober; sees it stopped before the call if `stops`
  bool stops;
};

static struct report *report;
static int group_fds[GROUPS];

static long rows_write(const char *path, const char *text) {
  long fd = sys_open(path, O_WRONLY, 0);
  if (fd < 0) return fd;
  long n = sys_write((int)fd, text, text_length(text));
  sys_close((int)fd);
  return n;
}

static void must_write(const char *path, const char *text) {
  need(rows_write(path, text), path);
}

static void rows_limit(int which, unsigned long value) {
  unsigned long limit[2] = {value, value};
  need(syscall2(NR_setrlimit, which, ARG(limit)), "setrlimit");
}

static long sleeper(void *unused) {
  sys_prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) sleep_ms(100000);
  return 0;
}

// Ends the child and uses no stack, which may be its parent's.
static long leave(void *unused) { return syscall1(NR_exit, 0); }

static void unshare_user(const char *map) {
  need(syscall1(NR_unshare, (long)NEWUSER), "unshare a user namespace");
  if (!map) return;
  must_write("/proc/self/setgroups", "deny");
  must_write("/proc/self/uid_map", map);
  must_write("/proc/self/gid_map", map);
}

static void into_chroot(void) { need(syscall1(NR_ROWS_chroot, ARG("/tmp")), "chroot"); }

static void into_deadline(void) {
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {48, 6, 0, 0, 0, 10000000, 100000000, 100000000};
  // The bandwidth of a task before this one is given back some time after its end.
  long result = -EBUSY;
  for (int i = 0; result == -EBUSY && i < 1000; i++) {
    if (i > 0) sleep_ms(1);
    result = syscall3(NR_ROWS_sched_setattr, 0, ARG(&attributes), 0);
  }
  need(result, "sched_setattr");
}

static void bring_about(unsigned situations) {
  if (situations & (PENDING_PIDS | DEAD_PIDS))
    need(syscall1(NR_unshare, (long)NEWPID), "unshare a pid namespace");
  if (situations & DEAD_PIDS) wait_for(fork_child(leave, 0));
  if (situations & IN_CGROUP) {
    must_write("/tmp/groups/inside/cgroup.procs", "0");
    need(syscall1(NR_unshare, (long)NEWCGROUP), "unshare a cgroup namespace");
  }
  if (situations & IN_FULL) must_write("/tmp/groups/one/cgroup.procs", "0");
  if (situations & NO_UTS) must_write("/proc/sys/user/max_uts_namespaces", "0");
  if (situations & NO_USERS) must_write("/proc/sys/user/max_user_namespaces", "0");
  if (situations & PRIVILEGED_USERS)
    must_write("/proc/sys/kernel/unprivileged_userns_clone", "0");
  if (situations & NO_PIDS) {
    // Behind the last number the search starts at 300 again, and that one is taken.
    must_write("/proc/sys/kernel/ns_last_pid", "300");
    must_write("/proc/sys/kernel/pid_max", "301");
  }
  if (situations & FEW_THREADS) must_write("/proc/sys/kernel/threads-max", "20");
  if (situations & DEADLINE) into_deadline();
  if (situations & CHROOTED && !(situations & UNMAPPED)) into_chroot();
  if (situations & NOBODY) {
    need(syscall3(NR_setresgid, NOBODY_UID, NOBODY_UID, NOBODY_UID), "setresgid");
    need(syscall3(NR_setresuid, NOBODY_UID, NOBODY_UID, NOBODY_UID), "setresuid");
    // Otherwise /proc/self is root's.
    sys_prctl(PR_ROWS_SET_DUMPABLE, 1);
  }
  if (situations & UNMAPPED) unshare_user(0);
  if (situations & CHROOTED && situations & UNMAPPED) into_chroot();
  if (situations & DEEP_USERS)
    for (int depth = 0; depth < 33; depth++)
      unshare_user(situations & NOBODY ? "4000 4000 1" : "0 0 1");
  if (situations & NO_FDS) rows_limit(ROWS_RLIMIT_NOFILE, 0);
  if (situations & ONE_TASK) rows_limit(ROWS_RLIMIT_NPROC, 1);
}

static int pidfd_word, parent_tid_word, tids_given[64];

static unsigned long pidfd_address(const struct trial *trial) {
  return (unsigned long)field_or(trial, PIDFD_AT, (unsigned long)&pidfd_word);
}

static long call_clone3(const struct trial *trial) {
  char *page = new_memory(8192, MAP_PRIVATE);
  need(sys_munmap(page + 4096, 4096), "munmap");
  unsigned long size = (unsigned long)field_or(trial, SIZE, 88);
  uint64_t place = field_or(trial, PLACE, 0);
  struct clone_args *args = (struct clone_args *)(place == PAGE_END ? page + 4096 - 88 : page);
  args->flags = trial->on;
  args->pidfd = pidfd_address(trial);
  args->parent_tid = field_or(trial, PARENT_TID_AT, 0) == SAME_AS_PIDFD
                         ? args->pidfd
                         : (unsigned long)&parent_tid_word;
  args->exit_signal =
      field_or(trial, EXIT_SIGNAL, trial->on & (CLONE_THREAD | CLONE_PARENT) ? 0 : SIGCHLD);
  args->stack = field_or(trial, STACK, 0);
  args->stack_size = field_or(trial, STACK_LENGTH, 0);
  tids_given[0] = (int)field_or(trial, TID_INNER, 1);
  tids_given[1] = (int)field_or(trial, TID_OUTER, 290);
  uint64_t tids = field_or(trial, TIDS, 0);
  args->set_tid = tids == TIDS_HERE ? (unsigned long)tids_given : tids;
  args->set_tid_size = field_or(trial, TID_COUNT, 0);
  uint64_t group = field_or(trial, CGROUP, 0);
  args->cgroup = group & GROUP ? (uint64_t)group_fds[group & 0xff] : group;
  if (trial->has[TAIL]) page[95] = (char)trial->fields[TAIL];
  return arch_clone3(place == NOWHERE ? 0 : args, size, leave, 0);
}

static long call_clone(const struct trial *trial) {
  int signal = trial->on & CLONE_THREAD ? 0 : SIGCHLD;
  void *parent_tid =
      trial->on & CLONE_PIDFD ? (void *)pidfd_address(trial) : (void *)&parent_tid_word;
  return arch_clone((unsigned long)trial->on | (unsigned long)signal, 0, parent_tid, 0, 0, leave,
                    0);
}

static long probe(void *unused) {
  const struct trial *trial = &report->trial;
  if (report->stops) need(syscall4(NR_ptrace, 0, 0, 0, 0), "PTRACE_TRACEME");
  bring_about(trial->situations);
  if (report->stops) sys_kill(sys_getpid(), SIGSTOP);
  long result = trial->clone3 ? call_clone3(trial) : call_clone(trial);
  report->result = result;
  report->done = 1;
  if (result > 0) sys_wait4(-1, 0, WALL);
  return 0;
}

static long await_prober(long prober) {
  return report->guard ? report->guard(prober) : wait_for(prober);
}

static long probe_deeper(void *depth) {
  if (!depth) return await_prober(fork_child(probe, 0));
  bool last = (long)depth == 1;
  long child = need(arch_clone((unsigned long)NEWPID | SIGCHLD, 0, 0, 0, 0,
                               last ? probe : probe_deeper, (char *)depth - 1),
                    "clone into a pid namespace");
  return last ? await_prober(child) : wait_for(child);
}

// Goes into the pid namespace of a child that has a user namespace of its own.
static long probe_foreign(void *unused) {
  long child = need(arch_clone((unsigned long)(NEWPID | NEWUSER) | SIGCHLD, 0, 0, 0, 0, sleeper, 0),
                    "clone into namespaces");
  char path[32] = "/proc/", *at = path + 6, digits[12];
  int n = 0;
  for (long rest = child; rest; rest /= 10) digits[n++] = (char)('0' + rest % 10);
  while (n) *at++ = digits[--n];
  memcpy(at, "/ns/pid", 8);
  int fd = (int)need(sys_open(path, O_RDONLY, 0), path);
  need(syscall2(NR_ROWS_setns, fd, (long)NEWPID), "setns");
  await_prober(fork_child(probe, 0));
  sys_kill(child, SIGKILL);
  wait_for(child);
  return 0;
}

// The rows, tried together; the result of the call.
static long try_trial(void) {
  report->done = 0;
  unsigned situations = report->trial.situations;
  long depth = situations & DEEP_PIDS ? 32 : situations & AS_INIT ? 1 : 0;
  if (situations & FOREIGN_PIDS)
    run_in_child(probe_foreign, 0);
  else if (depth > 1)
    run_in_child(probe_deeper, (void *)depth);
  else
    probe_deeper((void *)depth);
  if (situations & NO_UTS) must_write("/proc/sys/user/max_uts_namespaces", "900");
  if (situations & NO_USERS) must_write("/proc/sys/user/max_user_namespaces", "900");
  if (situations & PRIVILEGED_USERS)
    must_write("/proc/sys/kernel/unprivileged_userns_clone", "1");
  if (situations & NO_PIDS) must_write("/proc/sys/kernel/pid_max", "32768");
  if (situations & FEW_THREADS) must_write("/proc/sys/kernel/threads-max", "1800");
  if (!report->done) return -1000;
  return report->result;
}

static const char *answer(long result) { return result > 0 ? "a child" : outcome(result); }

static bool begin_trial(int path, const struct row *one, const struct row *other) {
  struct trial *trial = &report->trial;
  memset(trial, 0, sizeof *trial);
  trial->clone3 = path == CLONE3;
  return (!one || (one->paths & path && add_row(trial, one))) &&
         (!other || (other->paths & path && add_row(trial, other)));
}

static inline long try_rows(int path, const struct row *one, const struct row *other) {
  if (!begin_trial(path, one, other)) return 0;
  return try_trial();
}

static const char *groups[16];
static int group_count;
static long sleepers[32];
static int sleeper_count;

static void make_group(const char *path) {
  need(syscall3(NR_mkdirat, AT_FDCWD, ARG(path), 0755), path);
  groups[group_count++] = path;
}

static int open_group(const char *path) {
  make_group(path);
  return (int)need(sys_open(path, ROWS_O_PATH | O_DIRECTORY, 0), path);
}

static void remove_group(void) {
  const char *path = groups[--group_count];
  need(syscall3(NR_unlinkat, AT_FDCWD, ARG(path), AT_REMOVEDIR), path);
}

static long sleeper_below(void *unused) {
  must_write("/tmp/groups/sharing/below/cgroup.procs", "0");
  set_and_wake(&report->done, 1);
  return sleeper(0);
}

static long start_300(void) {
  struct clone_args args;
  memset(&args, 0, sizeof args);
  args.exit_signal = SIGCHLD;
  int tid = 300;
  args.set_tid = (unsigned long)&tid;
  args.set_tid_size = 1;
  return arch_clone3(&args, sizeof args, sleeper, 0);
}

// What all trials share.
static void prepare_rows(void) {
  report = new_shared(4096);
  syscall3(NR_mkdirat, AT_FDCWD, ARG("/tmp/groups"), 0755);
  need(syscall5(NR_mount, ARG("none"), ARG("/tmp/groups"), ARG("cgroup2"), 0,
                ARG("nsdelegate")),
       "mount cgroup2");
  must_write("/tmp/groups/cgroup.subtree_control", "+pids");
  group_fds[BAD_FD] = 77;
  group_fds[NO_GROUP] = (int)need(sys_open("/tmp", ROWS_O_PATH | O_DIRECTORY, 0), "/tmp");
  group_fds[DEAD] = open_group("/tmp/groups/dead");
  remove_group();
  group_fds[CLOSED] = open_group("/tmp/groups/closed");
  make_group("/tmp/groups/inside");
  group_fds[OUTSIDE] = open_group("/tmp/groups/outside");
  make_group("/tmp/groups/threads");
  make_group("/tmp/groups/threads/threaded");
  must_write("/tmp/groups/threads/threaded/cgroup.type", "threaded");
  group_fds[INVALID] = open_group("/tmp/groups/threads/invalid");
  // A group whose children share pids out and have tasks.
  group_fds[SHARING] = open_group("/tmp/groups/sharing");
  must_write("/tmp/groups/sharing/cgroup.subtree_control", "+pids");
  make_group("/tmp/groups/sharing/below");
  sleepers[sleeper_count++] = fork_child(sleeper_below, 0);
  wait_until(&report->done, 1);
  group_fds[FULL] = open_group("/tmp/groups/full");
  must_write("/tmp/groups/full/pids.max", "0");
  make_group("/tmp/groups/one");
  must_write("/tmp/groups/one/pids.max", "1");
  sleepers[sleeper_count++] = need(start_300(), "a task with number 300");
  // So many tasks that threads-max, which is at least 20, can be less.
  for (int i = 0; i < 20; i++) sleepers[sleeper_count++] = fork_child(sleeper, 0);
}

// Leaves everything as it was.
static void finish_rows(void) {
  while (sleeper_count) {
    sys_kill(sleepers[--sleeper_count], SIGKILL);
    wait_for(sleepers[sleeper_count]);
  }
  while (group_count) remove_group();
  for (int i = 0; i < GROUPS; i++)
    if (i != BAD_FD) sys_close(group_fds[i]);
  must_write("/tmp/groups/cgroup.subtree_control", "-pids");
  need(syscall2(NR_umount2, ARG("/tmp/groups"), 0), "umount");
  need(syscall3(NR_unlinkat, AT_FDCWD, ARG("/tmp/groups"), AT_REMOVEDIR), "rmdir");
}

// Of two rows together the one that decides: the first, unless they bring about another one before
// it, because one takes the capabilities away and the other asks for what needs them.
static inline const struct row *decider(const struct row *first) {
  const struct trial *trial = &report->trial;
  uint64_t namespaces = CLONE_NEWNS | NEWUTS | NEWIPC | NEWPID | NEWNET | NEWCGROUP | NEWTIME;
  bool row_27 = trial->on & namespaces && !(trial->on & NEWUSER);
  bool row_32 = trial->has[TIDS];
  for (const struct row *row = rows; row < first && trial->situations & NOBODY; row++)
    if ((row_27 && text_equal(row->name, "27 NEWUTS by nobody")) ||
        (row_32 && text_equal(row->name, "32 tid by nobody")))
      return row;
  return first;
}

// All pairs whose first row is one of rows[from] to rows[to - 1]: what is answered must be what the
// one that decides is answered alone.
static inline void try_pairs(int path, int from, int to) {
  static long alone[ROWS];
  for (int i = 0; i < ROWS; i++) alone[i] = try_rows(path, &rows[i], 0);
  int tried = 0, otherwise = 0;
  for (int i = from; i < to; i++) {
    if (!begin_trial(path, &rows[i], 0)) continue;
    say("-- %s: %s\n", rows[i].name, answer(alone[i]));
    for (int j = i + 1; j < ROWS; j++) {
      if (!begin_trial(path, &rows[i], &rows[j])) continue;
      const struct row *decides = decider(&rows[i]);
      long result = try_trial();
      tried++;
      bool as_told = result == alone[decides - rows];
      otherwise += !as_told;
      say("%s: %s%s%s\n", rows[j].name, answer(result),
          decides == &rows[i] ? "" : ", by a row that both bring about",
          as_told ? "" : ", and that is another order");
    }
  }
  say("%d pairs, %d of them in another order\n", tried, otherwise);
}

static inline int row_of(const char *number) {
  unsigned n = (unsigned)text_length(number);
  for (int i = 0; i < ROWS; i++)
    if (!memcmp(rows[i].name, number, n) && rows[i].name[n] == ' ') return i;
  return ROWS;
}

#endif
