// Takes of everything as much as it gets: until-refused NAME... does the named things, each in a
// process of its own (or as many as that needs), until the kernel refuses, and says what it
// answered. Afterwards everything is given back, and the kernel is as usable as before.

#include "guest.h"

// Named unlike those of the others, which may come to have them.
enum { CALL_fsetxattr = 7, CALL_symlinkat = 36, CALL_mount = 40, NO_SPACE = 28 };

static volatile int *shared;  // counters that all processes see

static long stop_here(void) {
  for (;;) sleep_ms(100000);
  return 0;
}

static void say_refused(const char *name, long error) { say("%s: %e\n", name, error); }

// Memory.

static long take_memory(int sharing) {
  for (;;) {
    long got = sys_mmap(0, 1 << 20, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
    if (got < 0 && got > -4096) return got;
    for (char *at = (char *)got; at < (char *)got + (1 << 20); at += 4096) *at = 1;
  }
}

static long private_memory(void) { return take_memory(MAP_PRIVATE); }
static long shared_memory(void) { return take_memory(MAP_SHARED); }

// One page in each four megabytes, in as many processes as there can be.
static long sparse_memory(void) {
  for (;;) {
    long child = sys_fork();
    if (child < 0) return child;
    if (child == 0) {
      for (unsigned long at = 0x30000000; at < 0x70000000; at += 1 << 22) {
        long got = sys_mmap((void *)at, 4096, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (got < 0 && got > -4096) return got;
        *(volatile char *)at = 1;
      }
    } else {
      return wait_for(child) & 0x7f ? -ENOMEM : 0;
    }
  }
}

// The mappings of one process, each of another protection than its neighbour.
static long mappings(void) {
  for (;;) {
    long area = sys_mmap(0, 4096 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area < 0 && area > -4096) return area;
    for (long i = 1; i < 4096; i += 2) {
      long got = sys_mprotect((char *)area + i * 4096, 4096, PROT_READ);
      if (got < 0) return got;
    }
  }
}

static long heap(void) {
  unsigned long end = sys_brk(0);
  for (;;) {
    unsigned long got = sys_brk(end + (1 << 20));
    if (got != end + (1 << 20)) return -ENOMEM;
    for (unsigned long at = end; at < got; at += 4096) *(char *)at = 1;
    end = got;
  }
}

static long stack_frames(volatile char *above, long depth) {
  if (depth == 0) return 0;
  volatile char here[8192];
  here[0] = *above;
  return stack_frames(here, depth - 1) + here[1];
}
static long stack(void) {
  char top = 1;
  return stack_frames(&top, 1000000);
}

// Tasks.

static long processes(void) {
  for (;;) {
    long child = sys_fork();
    if (child < 0) return child;
    if (child == 0) return stop_here();
  }
}

// Every child forks as well.
static long fork_bomb(void) {
  for (;;) {
    long child = sys_fork();
    if (child < 0) {
      if (shared[0]) return stop_here();
      shared[0] = (int)child;
      return child;
    }
  }
}

static long thread(void *argument) { return stop_here(); }

static long threads(void) {
  char *top = new_stack_top();
  for (;;) {
    // They only sleep, each below the other.
    top -= 16;
    long got = arch_clone(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD,
                          new_stack_top(), 0, 0, 0, thread, 0);
    if (got < 0) return got;
  }
}

// Descriptors: each process as many as it may have, then its child.

static long descriptors(long (*one)(void)) {
  for (;;) {
    long got;
    do got = one();
    while (got >= 0);
    if (got != -EMFILE) return got;
    // The child has the same descriptors, so it closes its own and opens others.
    long child = sys_fork();
    if (child < 0) return child;
    if (child > 0) return stop_here();
    syscall3(436, 3, -1, 0);
  }
}

static long one_file(void) { return sys_open("/proc/self/exe", O_RDONLY, 0); }
static long one_pipe(void) {
  static char text[4096];
  int two[2];
  long got = sys_pipe(two, O_NONBLOCK);
  if (got < 0) return got;
  while (sys_write(two[1], text, sizeof text) > 0) continue;
  return 0;
}
static long one_socket(void) {
  static char text[4096];
  int two[2];
  long got = syscall4(NR_socketpair, 1, 1 | O_NONBLOCK, 0, ARG(two));
  if (got < 0) return got;
  while (sys_write(two[1], text, sizeof text) > 0) continue;
  return 0;
}
static long one_epoll(void) {
  long got = syscall1(NR_epoll_create1, 0);
  if (got < 0) return got;
  uint32_t event[4] = {1, 0, 0, 0};
  for (int fd = 0; fd < (int)got; fd++)
    syscall4(NR_epoll_ctl, got, 1, fd, ARG(event));
  return 0;
}
static long one_event(void) { return syscall2(NR_eventfd2, 0, 0); }
static long one_memfd(void) {
  long got = sys_memfd_create("m", 0);
  return got < 0 ? got : sys_write((int)got, "x", 1) == 1 ? 0 : -NO_SPACE;
}
static long one_terminal(void) { return sys_open("/dev/ptmx", O_RDWR, 0); }
static long one_timer(void) { return syscall2(85, CLOCK_MONOTONIC, 0); }

static long files(void) { return descriptors(one_file); }
static long pipes(void) { return descriptors(one_pipe); }
static long sockets(void) { return descriptors(one_socket); }
static long epolls(void) { return descriptors(one_epoll); }
static long events(void) { return descriptors(one_event); }
static long memfds(void) { return descriptors(one_memfd); }
static long terminals(void) { return descriptors(one_terminal); }
static long timer_files(void) { return descriptors(one_timer); }

// Files.

static char *number_into(char *at, long number) {
  char digits[12];
  int n = 0;
  do digits[n++] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  while (n) *at++ = digits[--n];
  *at = 0;
  return at;
}

static long contents(void) {
  static char text[65536];
  long fd = need(sys_open("/tmp/contents", O_RDWR | O_CREAT, 0600), "open");
  for (;;) {
    long got = sys_write((int)fd, text, sizeof text);
    if (got < 0) return got;
  }
}

static long names(int kind) {
  static char target[4000];
  memset(target, 't', sizeof target - 1);
  char name[300] = "/tmp/names/";
  memset(name + 11, 'n', 200);
  syscall3(NR_mkdirat, AT_FDCWD, ARG("/tmp/names"), 0755);
  for (long i = 0;; i++) {
    number_into(name + 211, i);
    long got = kind == 0   ? sys_open(name, O_RDWR | O_CREAT, 0600)
               : kind == 1 ? syscall3(NR_mkdirat, AT_FDCWD, ARG(name), 0700)
                           : syscall3(CALL_symlinkat, ARG(target), AT_FDCWD, ARG(name));
    if (got < 0) return got;
    if (kind == 0) sys_close((int)got);
  }
}
static long empty_files(void) { return names(0); }
static long folders(void) { return names(1); }
static long links(void) { return names(2); }

// Attributes of many files.
static long attributes(void) {
  static char value[60000];
  char file[40] = "/tmp/attributes-";
  char name[40] = "trusted.";
  for (long k = 0;; k++) {
    number_into(file + 16, k);
    long fd = sys_open(file, O_RDWR | O_CREAT, 0600);
    if (fd < 0) return fd;
    for (long i = 0; i < 100; i++) {
      number_into(name + 8, i);
      long got = syscall5(CALL_fsetxattr, fd, ARG(name), ARG(value), sizeof value, 0);
      if (got < 0) return got;
    }
    sys_close((int)fd);
  }
}

static long deep_folders(void) {
  char *here = new_memory(1 << 16, MAP_PRIVATE);
  sys_chdir("/tmp");
  for (int i = 0; i < 30000; i++) {
    long got = syscall3(NR_mkdirat, AT_FDCWD, ARG("deep"), 0755);
    if (got < 0) return got;
    need(sys_chdir("deep"), "chdir");
  }
  long got = sys_getcwd(here, 1 << 16);
  sys_open("../../../../deep/../file", O_CREAT | O_RDWR, 0600);
  return got;
}

static long mounts(void) {
  syscall3(NR_mkdirat, AT_FDCWD, ARG("/tmp/m"), 0755);
  for (;;) {
    long got = syscall5(CALL_mount, ARG("x"), ARG("/tmp/m"), ARG("tmpfs"), 0, 0);
    if (got < 0) return got;
  }
}

// Each mount shows all mounts before it.
static long bound_mounts(void) {
  syscall3(NR_mkdirat, AT_FDCWD, ARG("/tmp/b"), 0755);
  syscall3(NR_mkdirat, AT_FDCWD, ARG("/tmp/b/c"), 0755);
  for (;;) {
    long got = syscall5(CALL_mount, ARG("/tmp"), ARG("/tmp/b/c"), 0, 0x1000 | 0x4000, 0);
    if (got < 0) return got;
  }
}

static long locks(void) {
  long fd = need(sys_open("/tmp/locks", O_RDWR | O_CREAT, 0600), "open");
  for (long i = 0; i < 20000000; i++) {
    struct {
      short type, whence;
      long start, length;
      int pid;
    } lock = {0, 0, i * 2, 1, 0};
    long got = sys_fcntl((int)fd, 6, ARG(&lock));
    if (got < 0) return got;
  }
  return 0;
}

// Others.

static long signals(void) {
  uint32_t all[2] = {~0u, ~0u};
  sys_rt_sigprocmask(0, all, 0);
  struct siginfo info = {SIGRTMIN, 0, -1, {{0, 0, 0}}};
  for (;;) {
    long got = sys_rt_sigqueueinfo(sys_getpid(), SIGRTMIN, &info);
    if (got < 0) return got;
  }
}

static long timers(void) {
  for (;;) {
    int id;
    long got = syscall3(NR_timer_create, CLOCK_MONOTONIC, 0, ARG(&id));
    if (got < 0) return got;
  }
}

static long arguments(void) {
  static char *argv[200000];
  static char text[100000];
  char *envp[] = {0};
  memset(text, 'a', sizeof text - 1);
  for (int i = 0; i < 200000 - 1; i++) argv[i] = text;
  return sys_execve("/proc/self/exe", argv, envp);
}

static const struct {
  const char *name;
  long (*take)(void);
} things[] = {
    {"private-memory", private_memory}, {"shared-memory", shared_memory}, {"heap", heap},
    {"stack", stack}, {"sparse-memory", sparse_memory}, {"mappings", mappings},
    {"processes", processes}, {"fork-bomb", fork_bomb}, {"threads", threads}, {"files", files},
    {"pipes", pipes}, {"sockets", sockets}, {"epolls", epolls}, {"events", events},
    {"memfds", memfds}, {"terminals", terminals}, {"timer-files", timer_files},
    {"contents", contents}, {"empty-files", empty_files}, {"folders", folders}, {"links", links},
    {"attributes", attributes}, {"deep-folders", deep_folders}, {"mounts", mounts},
    {"bound-mounts", bound_mounts}, {"locks", locks}, {"signals", signals}, {"timers", timers},
    {"arguments", arguments},
};

// Removes what is left of the files.
static void clean_up(void) {
  while (syscall2(39, ARG("/tmp/m"), 2) == 0) continue;
  while (syscall2(39, ARG("/tmp/b/c"), 2) == 0) continue;
  syscall2(39, ARG("/tmp"), 2);
}

// How gladly the kernel kills this process and its children to come when memory is out, from
// -1000 (never) to 1000.
static void choose_when_out_of_memory(const char *adjustment) {
  long file = need(sys_open("/proc/self/oom_score_adj", O_WRONLY, 0), "oom_score_adj");
  need(sys_write(file, adjustment, text_length(adjustment)), "oom_score_adj");
  sys_close(file);
}

static void take(const char *name, long (*function)(void)) {
  shared[0] = 0;
  syscall5(CALL_mount, ARG("x"), ARG("/tmp"), ARG("tmpfs"), 0, 0);
  long child = need(sys_fork(), "fork");
  if (child == 0) {
    syscall2(NR_setpgid, 0, 0);
    choose_when_out_of_memory("0");
    long got = function();
    // Whoever gets here first says it.
    if (arch_compare_and_set(&shared[1], 0, 1)) {
      say_refused(name, got);
      shared[2] = 1;
    }
    stop_here();
  }
  int status = 0;
  int waited = 0;
  while (shared[2] == 0 && waited++ < 6000 && sys_wait4(child, &status, WALL | WNOHANG) == 0)
    sleep_ms(10);
  if (shared[2] == 0) say(status ? "%s: %w\n" : "%s: nobody has refused it\n", name, status);
  sys_kill(-child, SIGKILL);
  do sys_kill(-child, SIGKILL);
  while (sys_wait4(-1, &status, WALL) != -ECHILD);
  shared[1] = shared[2] = 0;
  clean_up();
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  // It takes nothing itself, and somebody has to tell how it ended.
  choose_when_out_of_memory("-1000");
  sys_prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (int i = 1; i < argc; i++)
    for (unsigned k = 0; k < sizeof things / sizeof *things; k++)
      if (text_equal(argv[i], things[k].name)) take(things[k].name, things[k].take);
  need(sys_open("/proc/self/exe", O_RDONLY, 0), "open");
  wait_for(need(fork_child(0, 0), "fork"));
  say("everything works\n");
  return 0;
}
