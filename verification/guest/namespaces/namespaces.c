// Namespaces: who may make, leave and enter them, which error comes first, what their files say.

#include "guest.h"

#include "namespaces.h"

enum { ENOSPC = 28 };
enum { MS_BIND = 4096 };

static const char *result(long value) { return value == -ENOSPC ? "ENOSPC" : 0; }

// Says a result; a new namespace's descriptor or a child's pid only as that.
static void tell(const char *what, long value) {
  if (result(value))
    say("%s: %s\n", what, result(value));
  else if (value > 0)
    say("%s: done\n", what);
  else
    say("%s: %e\n", what, value);
}

static const struct {
  const char *name, *link, *limit;
  unsigned long flag;
} kinds[] = {
    {"mnt", "/proc/self/ns/mnt", "/proc/sys/user/max_mnt_namespaces", CLONE_NEWNS},
    {"uts", "/proc/self/ns/uts", "/proc/sys/user/max_uts_namespaces", CLONE_NEWUTS},
    {"ipc", "/proc/self/ns/ipc", "/proc/sys/user/max_ipc_namespaces", CLONE_NEWIPC},
    {"pid", "/proc/self/ns/pid", "/proc/sys/user/max_pid_namespaces", CLONE_NEWPID},
    {"cgroup", "/proc/self/ns/cgroup", "/proc/sys/user/max_cgroup_namespaces", CLONE_NEWCGROUP},
    {"net", "/proc/self/ns/net", "/proc/sys/user/max_net_namespaces", CLONE_NEWNET},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void become_nobody(void) { need(syscall1(NR_setuid, 1000), "setuid"); }

// clone.

static void try(const char *what, unsigned long long flags) {
  static int unused_pidfd;
  struct clone_args args = {.flags = flags,
                            .pidfd = flags & CLONE_PIDFD ? (unsigned long)&unused_pidfd : 0,
                            .exit_signal = flags & CLONE_THREAD ? 0 : SIGCHLD};
  long child = sys_clone3(&args, sizeof args);
  if (child == 0) sys_exit(0);
  if (child > 0) {
    wait_for(child);
    if (flags & CLONE_PIDFD) sys_close(unused_pidfd);
  }
  tell(what, child);
}

#define TRY(flags) try(#flags, flags)

enum {
  FS = CLONE_FS, VM = CLONE_VM, SIGHAND = CLONE_SIGHAND, THREAD = CLONE_THREAD,
  SYSVSEM = CLONE_SYSVSEM, NEWNS = CLONE_NEWNS, NEWUTS = CLONE_NEWUTS, NEWIPC = CLONE_NEWIPC,
  NEWPID = CLONE_NEWPID, NEWNET = CLONE_NEWNET, NEWCGROUP = CLONE_NEWCGROUP,
  NEWTIME = CLONE_NEWTIME,
};

static void set_limit(int kind, const char *limit) {
  need(write_file(kinds[kind].limit, limit), "set a limit");
}

static void each_kind(void) {
  TRY(NEWNS);
  TRY(NEWUTS);
  TRY(NEWIPC);
  TRY(NEWPID);
  TRY(NEWCGROUP);
  TRY(NEWNET);
  TRY(NEWTIME);
}

static void combinations(void) {
  each_kind();
  TRY(NEWNS | NEWUTS | NEWIPC | NEWPID | NEWCGROUP | NEWNET);
  TRY(NEWNS | FS);
  TRY(NEWNS | FS | SIGHAND);
  TRY(NEWPID | THREAD | SIGHAND | VM);
  TRY(NEWPID | SIGHAND);
  TRY(NEWIPC | SYSVSEM);
  TRY(NEWIPC | SYSVSEM | NEWTIME);
  TRY(NEWUTS | NEWTIME);
}

static long as_nobody(void *unused) {
  become_nobody();
  combinations();
  return 0;
}

// One kind has no room, and then another as well: the first in the kernel's order answers.
static long no_room(void *unused) {
  for (int i = 0; i < KINDS; i++) {
    set_limit(i, "0");
    say("no room for %s: ", kinds[i].name);
    try("that alone", kinds[i].flag);
    set_limit(i, "1000");
  }
  set_limit(1, "0");
  TRY(NEWUTS | NEWTIME);
  TRY(NEWUTS | NEWIPC | SYSVSEM);
  struct clone_args args = {.flags = CLONE_NEWUTS | CLONE_PIDFD, .exit_signal = SIGCHLD};
  tell("NEWUTS with a bad pidfd", sys_clone3(&args, sizeof args));
  int tid = 0;
  args = (struct clone_args){.flags = CLONE_NEWUTS,
                             .exit_signal = SIGCHLD,
                             .set_tid = (unsigned long)&tid,
                             .set_tid_size = 1};
  tell("NEWUTS with a bad set_tid", sys_clone3(&args, sizeof args));
  set_limit(1, "1000");
  need(sys_unshare(CLONE_NEWPID), "unshare");
  set_limit(2, "0");
  TRY(NEWPID | NEWIPC);
  set_limit(2, "1000");
  set_limit(5, "0");
  TRY(NEWPID | NEWNET);
  set_limit(5, "1000");
  return 0;
}

static long hold_one(void *ends) {
  char c;
  sys_close(((int *)ends)[1]);
  sys_read(((int *)ends)[0], &c, 1);
  return 0;
}

static long counted(void *unused) {
  int ends[2];
  need(sys_pipe(ends, 0), "pipe");
  set_limit(1, "1");
  long first = need(clone_into(CLONE_NEWUTS, hold_one, ends), "clone");
  TRY(NEWUTS);
  sys_close(ends[1]);
  wait_for(first);
  TRY(NEWUTS);
  set_limit(1, "1000");
  return 0;
}

// unshare: each flag by itself.

static long unshare_flag(void *flag) { return -sys_unshare((unsigned long)flag); }

static void each_flag(const char *what, unsigned long clone_flags) {
  say("unshare, %s:\n", what);
  for (int i = 0; i < 32; i++) {
    if (1ul << i == CLONE_NEWUSER) continue;
    void *stack = clone_flags & CLONE_VM ? new_stack_top() : 0;
    long child = arch_clone(clone_flags | SIGCHLD, stack, 0, 0, 0, unshare_flag, (void *)(1ul << i));
    say("%08lx: %e\n", 1ul << i, -(long)(wait_for(need(child, "clone")) >> 8 & 0xff));
  }
}

static long unshare_as_nobody(void *flag) {
  become_nobody();
  return unshare_flag(flag);
}

static long unshare_of_thread(void *shared) {
  volatile long *words = shared;
  words[1] = sys_unshare((unsigned long)words[0]);
  sys_exit_thread(0);
  return 0;
}

static void unshare_with_threads(void) {
  static const unsigned long flags[] = {CLONE_FS,    CLONE_FILES,  CLONE_THREAD, CLONE_SIGHAND,
                                        CLONE_VM,    CLONE_NEWNS,  CLONE_NEWUTS, CLONE_NEWPID,
                                        CLONE_NEWUSER};
  volatile long *words = new_shared(4096);
  for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
    words[0] = (long)flags[i];
    struct thread thread;
    start_thread(&thread, 0, unshare_of_thread, (void *)words);
    join_thread(&thread);
    say("unshare by a thread, %08lx: %e\n", flags[i], words[1]);
  }
}

static long threads(void *unused) {
  unshare_with_threads();
  return 0;
}

// Names.

static char hostname_text[66];

static const char *hostname(void) {
  static struct { char sysname[65], nodename[65], release[65], version[65], machine[65], domain[65]; } name;
  need(syscall1(NR_uname, ARG(&name)), "uname");
  memcpy(hostname_text, name.nodename, 65);
  return hostname_text;
}

static void set_hostname(const char *name) {
  need(syscall2(NR_sethostname, ARG(name), text_length(name)), "sethostname");
}

static const char *link_text(const char *path) {
  static char texts[4][64];
  static int next;
  char *text = texts[next++ & 3];
  long n = syscall4(NR_readlinkat, AT_FDCWD, ARG(path), ARG(text), 63);
  if (n < 0) {
    struct line line = {.length = 0};
    line_result(&line, n);
    line_char(&line, 0);
    memcpy(text, line.text, line.length);
  } else {
    text[n] = 0;
  }
  return text;
}

static long renames(void *unused) {
  say("inside at first: %s", hostname());
  set_hostname("inside");
  say(", then %s", hostname());
  say(", in /proc %s", contents_of("/proc/sys/kernel/hostname"));
  return 0;
}

// Files of namespaces.

static const unsigned long NS_GET_USERNS = 0xb701, NS_GET_PARENT = 0xb702, NS_GET_NSTYPE = 0xb703,
                           NS_GET_OWNER_UID = 0xb704, NS_GET_PID_FROM_PIDNS = 0x8004b706,
                           NS_GET_TGID_FROM_PIDNS = 0x8004b707, NS_GET_PID_IN_PIDNS = 0x8004b708,
                           NS_GET_TGID_IN_PIDNS = 0x8004b709;

static int open_link(const char *path) { return (int)need(sys_open(path, O_RDONLY, 0), path); }

static void files(void) {
  static const char *const names[] = {"net", "uts", "ipc", "pid", "pid_for_children", "user", "mnt",
                                      "cgroup", "time"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    struct line line = {.length = 0};
    line_text(&line, "/proc/self/ns/");
    line_text(&line, names[i]);
    line_char(&line, 0);
    say("%s: %s\n", names[i], link_text(line.text));
  }
  for (int i = 0; i < KINDS; i++) {
    int fd = open_link(kinds[i].link);
    int number;
    say("%s: type %lx", kinds[i].name, sys_ioctl(fd, NS_GET_NSTYPE, 0));
    tell(", owner", sys_ioctl(fd, NS_GET_USERNS, 0));
    tell("  parent", sys_ioctl(fd, NS_GET_PARENT, 0));
    tell("  owner's id", sys_ioctl(fd, NS_GET_OWNER_UID, ARG(&number)));
    say("  a pid: %e\n", sys_ioctl(fd, NS_GET_PID_FROM_PIDNS, 1));
    sys_close(fd);
  }
  int user = open_link("/proc/self/ns/user");
  int owner = -1;
  tell("user: owner", sys_ioctl(user, NS_GET_USERNS, 0));
  tell("  parent", sys_ioctl(user, NS_GET_PARENT, 0));
  say("  owner's id: %e,", sys_ioctl(user, NS_GET_OWNER_UID, ARG(&owner)));
  say(" %d\n", owner);
  char c;
  int uts = open_link("/proc/self/ns/uts");
  say("read: %e, write: %e, lseek: %e, unknown ioctl: %e\n", sys_read(uts, &c, 1),
      sys_write(uts, &c, 1), syscall5(NR_llseek, uts, 0, 0, ARG(&owner), 0),
      sys_ioctl(uts, 0xb7ff, 0));
  say("open for writing: %s\n", sys_open("/proc/self/ns/uts", O_RDWR, 0) < 0 ? "no" : "yes");
  sys_close(uts);
  sys_close(user);
}

static void translation(void) {
  int ends[2];
  need(sys_pipe(ends, 0), "pipe");
  long child = need(clone_into(CLONE_NEWPID, hold_one, ends), "clone");
  struct line line = {.length = 0};
  line_text(&line, "/proc/");
  line_signed(&line, child);
  line_text(&line, "/ns/pid");
  line_char(&line, 0);
  int fd = open_link(line.text);
  say("its 1 is here what clone said: %s\n",
      yes_no(sys_ioctl(fd, NS_GET_PID_FROM_PIDNS, 1) == child &&
             sys_ioctl(fd, NS_GET_TGID_FROM_PIDNS, 1) == child));
  say("that is there %e and %e\n", sys_ioctl(fd, NS_GET_PID_IN_PIDNS, (unsigned long)child),
      sys_ioctl(fd, NS_GET_TGID_IN_PIDNS, (unsigned long)child));
  say("the caller is there: %e; its 99 is here: %e\n",
      sys_ioctl(fd, NS_GET_PID_IN_PIDNS, (unsigned long)sys_getpid()),
      sys_ioctl(fd, NS_GET_PID_FROM_PIDNS, 99));
  tell("its parent", sys_ioctl(fd, NS_GET_PARENT, 0));
  sys_close(ends[1]);
  wait_for(child);
  sys_close(fd);
  sys_close(ends[0]);
}

// setns.

static long pidfd_open(long pid) { return need(syscall2(NR_pidfd_open, pid, 0), "pidfd_open"); }

static long setns_of(void *fd_and_kind) {
  long *both = fd_and_kind;
  return -sys_setns((int)both[0], (unsigned long)both[1]);
}

static void enter(const char *what, long fd, unsigned long kind) {
  long both[2] = {fd, (long)kind};
  say("setns %s: %e\n", what, -(long)(run_in_child(setns_of, both) >> 8 & 0xff));
}

static long setns_as_nobody(void *fd_and_kind) {
  become_nobody();
  return setns_of(fd_and_kind);
}

static long in_new_pids(void *parents) {
  enter("to the pid namespace above", (long)parents, 0);
  return 0;
}

static long with_shared_fs(void *fd) { return -sys_setns((int)(long)fd, CLONE_NEWNS); }

static long named_child(void *ends) {
  set_hostname("child");
  return hold_one(ends);
}

static long enters_child(void *fd) {
  need(sys_setns((int)(long)fd, CLONE_NEWUTS), "setns");
  say("there the name is %s\n", hostname());
  return 0;
}

static long own_pid(void *unused) { return sys_getpid(); }

static long enters_pids(void *fd) {
  need(sys_setns((int)(long)fd, CLONE_NEWPID), "setns");
  say("after setns: own pid is %s\n", sys_getpid() == 1 ? "1" : "as before");
  say("its child is there %d\n", run_in_child(own_pid, 0) >> 8 & 0xff);
  return 0;
}

static void entering(void) {
  int uts = open_link("/proc/self/ns/uts");
  int mnt = open_link("/proc/self/ns/mnt");
  int pid = open_link("/proc/self/ns/pid");
  int user = open_link("/proc/self/ns/user");
  enter("of no descriptor", 99, 0);
  enter("of standard input", 0, 0);
  enter("of a pipe or file, with a kind", 1, CLONE_NEWUTS);
  enter("uts, any", uts, 0);
  enter("uts, as uts", uts, CLONE_NEWUTS);
  enter("uts, as ipc", uts, CLONE_NEWIPC);
  enter("uts, as uts and ipc", uts, CLONE_NEWUTS | CLONE_NEWIPC);
  enter("mnt", mnt, CLONE_NEWNS);
  enter("pid", pid, CLONE_NEWPID);
  enter("user, one's own", user, CLONE_NEWUSER);
  for (int i = 0; i < 3; i++) {
    long both[2] = {i == 0 ? uts : i == 1 ? mnt : pid, 0};
    say("setns as nobody: %e\n", -(long)(run_in_child(setns_as_nobody, both) >> 8 & 0xff));
  }
  long shared = arch_clone(CLONE_FS | SIGCHLD, 0, 0, 0, 0, with_shared_fs, (void *)(long)mnt);
  say("setns mnt with a shared root: %e\n", -(long)(wait_for(need(shared, "clone")) >> 8 & 0xff));
  wait_for(need(clone_into(CLONE_NEWPID, in_new_pids, (void *)(long)pid), "clone"));

  int ends[2];
  need(sys_pipe(ends, 0), "pipe");
  long child = need(clone_into(CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS, named_child, ends), "");
  long other = pidfd_open(child);
  sleep_ms(50);
  enter("of a process, nothing", other, 0);
  enter("of a process, uts", other, CLONE_NEWUTS);
  enter("of a process, uts, pid, mnt", other, CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS);
  enter("of a process, user", other, CLONE_NEWUSER);
  enter("of a process, time", other, CLONE_NEWTIME);
  enter("of a process, an unknown kind", other, CLONE_NEWUTS | CLONE_VM);
  long both[2] = {other, CLONE_NEWUTS};
  say("setns of a process as nobody: %e\n",
      -(long)(run_in_child(setns_as_nobody, both) >> 8 & 0xff));
  run_in_child(enters_child, (void *)other);
  run_in_child(enters_pids, (void *)other);
  sys_close(ends[1]);
  struct siginfo info;
  need(sys_waitid(P_PID, child, &info, WEXITED | WNOWAIT), "waitid");
  enter("of a zombie, uts", other, CLONE_NEWUTS);
  wait_for(child);
  enter("of a process that is gone, uts", other, CLONE_NEWUTS);
  sys_close((int)other);
  sys_close(ends[0]);
}

// A namespace that only a bind mount keeps.

static long binds_itself(void *unused) {
  set_hostname("kept");
  return -syscall5(NR_mount, ARG("/proc/self/ns/uts"), ARG("/tmp/ns-kept"), 0, MS_BIND, 0);
}

static void kept_by_a_mount(void) {
  long fd = need(sys_open("/tmp/ns-kept", O_CREAT | O_RDWR, 0600), "/tmp/ns-kept");
  sys_close((int)fd);
  int status = wait_for(need(clone_into(CLONE_NEWUTS, binds_itself, 0), "clone"));
  say("bound: %e\n", -(long)(status >> 8 & 0xff));
  fd = need(sys_open("/tmp/ns-kept", O_RDONLY, 0), "/tmp/ns-kept");
  run_in_child(enters_child, (void *)fd);
  sys_close((int)fd);
  say("unmounted: %e\n", syscall2(NR_umount2, ARG("/tmp/ns-kept"), 0));
  syscall3(NR_unlinkat, AT_FDCWD, ARG("/tmp/ns-kept"), 0);
}

int guest_main(int argc, char **argv, char **envp) {
  say("-- clone\n");
  combinations();
  say("-- clone as nobody\n");
  run_in_child(as_nobody, 0);
  say("-- limits\n");
  run_in_child(no_room, 0);
  run_in_child(counted, 0);

  say("-- unshare\n");
  each_flag("alone", 0);
  each_flag("with shared memory", CLONE_VM);
  each_flag("with shared handlers", CLONE_VM | CLONE_SIGHAND);
  say("as nobody:\n");
  for (int i = 0; i < KINDS; i++)
    say("%s: %e\n", kinds[i].name,
        -(long)(run_in_child(unshare_as_nobody, (void *)kinds[i].flag) >> 8 & 0xff));
  run_in_child(threads, 0);

  say("-- names\n");
  set_hostname("outside");
  wait_for(need(clone_into(CLONE_NEWUTS, renames, 0), "clone"));
  say("outside: %s\n", hostname());

  say("-- files\n");
  files();
  translation();

  say("-- setns\n");
  entering();
  kept_by_a_mount();
  return 0;
}
