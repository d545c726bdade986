// /proc: what the files of a process say and in which layout, links, and who may look.

#include "guest.h"


static char text[65536];
static const volatile int is_constant = 0x12345678;

static long slurp(const char *path) {
  long fd = sys_open(path, O_RDONLY, 0);
  if (fd < 0) return fd;
  long length = 0;
  for (long n; (n = sys_read((int)fd, text + length, sizeof text - 1 - length)) != 0; length += n)
    if (n < 0) {
      sys_close((int)fd);
      return n;
    }
  sys_close((int)fd);
  text[length] = 0;
  return length;
}

// Names a file of a process: /proc/PID/name.
static const char *file_of(long pid, const char *name) {
  static char path[64];
  struct line line;
  line.length = 0;
  line_text(&line, "/proc/");
  line_signed(&line, pid);
  line_char(&line, '/');
  line_text(&line, name);
  line_char(&line, 0);
  memcpy(path, line.text, line.length);
  return path;
}

static long put(const char *path, const char *value) {
  long fd = sys_open(path, O_WRONLY | O_TRUNC, 0);
  if (fd < 0) return fd;
  long result = sys_write((int)fd, value, text_length(value));
  sys_close((int)fd);
  return result;
}

static bool starts_with(const char *line, const char *start) {
  while (*start)
    if (*line++ != *start++) return false;
  return true;
}

static unsigned line_end(const char *line) {
  unsigned n = 0;
  while (line[n] && line[n] != '\n') n++;
  return n;
}

static unsigned long number_at(const char *at) {
  unsigned long value = 0;
  while (*at == ' ' || *at == '\t') at++;
  while (*at >= '0' && *at <= '9') value = value * 10 + (unsigned long)(*at++ - '0');
  return value;
}

static const char *line_of(const char *name) {
  for (const char *at = text; *at; at += line_end(at) + (at[line_end(at)] != 0))
    if (starts_with(at, name)) return at;
  return "";
}

static void say_line(const char *at) {
  struct line line;
  line.length = 0;
  for (unsigned i = 0; i < line_end(at); i++) line_char(&line, at[i]);
  line_char(&line, 0);
  say("  %s|\n", line.text);
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *context) {}

// Whole lines where they are the same everywhere; of the others the name and the length.
static void say_status(void) {
  static const char *const varies[] = {"Tgid", "Pid", "PPid", "NS", "SigQ", "volu", "nonv", "Vm",
                                       "Rss"};
  say("status: %s\n", yes_no(slurp("/proc/self/status") > 0));
  for (const char *at = text; *at; at += line_end(at) + 1) {
    bool same = true;
    for (unsigned i = 0; i < sizeof varies / sizeof *varies; i++)
      if (starts_with(at, varies[i])) same = false;
    if (same) {
      say_line(at);
    } else {
      unsigned name = 0;
      while (at[name] != ':') name++;
      struct line line;
      line.length = 0;
      for (unsigned i = 0; i < name; i++) line_char(&line, at[i]);
      line_char(&line, 0);
      bool padded = starts_with(at, "Vm") || starts_with(at, "Rss");
      say("  %s: ... %u\n", line.text, padded ? line_end(at) : 0);
    }
  }
  say("Pid is mine: %s, PPid too: %s\n",
      yes_no((long)number_at(line_of("Pid:") + 4) == sys_getpid()),
      yes_no((long)number_at(line_of("PPid:") + 5) == sys_getppid()));
}

static void say_stat(void) {
  slurp("/proc/self/status");
  unsigned long kilobytes = number_at(line_of("VmSize:") + 7);
  slurp("/proc/self/stat");
  say("stat: pid %s\n", yes_no((long)number_at(text) == sys_getpid()));
  const char *at = text;
  while (*at != '(') at++;
  struct line line;
  line.length = 0;
  while (at[-1] != ')') line_char(&line, *at++);
  line_text(&line, " ");
  line_char(&line, at[1]);
  line_char(&line, 0);
  say("  %s\n", line.text);
  unsigned field = 2;
  for (; *at != '\n'; at++) {
    if (*at != ' ') continue;
    field++;
    const char *value = at + 1;
    // Fields by the numbers of proc(5): those that do not depend on the machine.
    if (field == 4) say("  parent %s\n", yes_no((long)number_at(value) == sys_getppid()));
    if (field == 18 || field == 19 || field == 20 || field == 21 || field == 25 || field == 26 ||
        (field >= 29 && field <= 39) || field == 40 || field == 41 || field == 52)
      say("  %u: %lu\n", field, number_at(value));
    if (field == 23) say("  size %s\n", yes_no(number_at(value) == kilobytes * 1024));
  }
  say("  %u fields\n", field);
  slurp("/proc/self/statm");
  unsigned numbers = 1;
  for (at = text; *at != '\n'; at++) numbers += *at == ' ';
  say("statm: %u numbers, size %s\n", numbers, yes_no(number_at(text) * 4 == kilobytes));
}

static void say_maps(void) {
  say("maps:\n");
  slurp("/proc/self/maps");
  for (const char *at = text; *at; at += line_end(at) + 1) {
    unsigned name = line_end(at);
    while (name > 0 && at[name - 1] != ' ') name--;
    say("  column %u", name);
    say_line(at + name);
    struct line line;
    line.length = 0;
    for (unsigned i = 17; i < 32; i++) line_char(&line, at[i]);
    line_char(&line, 0);
    if (name > 45) say("   %s\n", line.text);
  }
}

static void say_limits(void) {
  say("limits:\n");
  slurp("/proc/self/limits");
  for (char *at = text; *at; at += line_end(at) + 1) {
    // How many there may be depends on the machine.
    if (starts_with(at, "Max processes") || starts_with(at, "Max pending"))
      for (unsigned i = 20; i < 68; i++)
        if (at[i] != ' ') at[i] = ' ';
    say_line(at);
  }
}

static void say_link(const char *path) {
  char target[256];
  long n = syscall4(NR_readlinkat, AT_FDCWD, ARG(path), ARG(target), sizeof target - 1);
  if (n >= 0) target[n] = 0;
  say("%s -> %s\n", base_name(path), n < 0 ? errno_name(-n) : target);
}

static long look(const char *path) {
  long fd = sys_open(path, O_RDONLY, 0);
  if (fd >= 0) sys_close((int)fd);
  return fd < 0 ? fd : 0;
}

static long stranger(long parent) {
  need(syscall3(NR_setresuid, 1000, 1000, 1000), "setresuid");
  static const char *const names[] = {"environ", "maps", "mem",  "auxv", "fd",      "fdinfo",
                                      "ns",      "stat", "task", "comm", "cmdline", "limits"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    say("stranger opens %s: %e\n", names[i], look(file_of(parent, names[i])));
  char target[64];
  say("stranger reads exe: %e, cwd: %e\n",
      syscall4(NR_readlinkat, AT_FDCWD, ARG(file_of(parent, "exe")), ARG(target), sizeof target),
      syscall4(NR_readlinkat, AT_FDCWD, ARG(file_of(parent, "cwd")), ARG(target), sizeof target));
  say("stranger writes comm: %e\n", put(file_of(parent, "comm"), "x"));
  return 0;
}

static void say_access(void) {
  long parent = sys_getpid();
  long child = need(sys_fork(), "fork");
  if (child == 0) sys_exit(stranger(parent));
  int status = 0;
  sys_wait4(child, &status, 0);
}

static void say_end(void) {
  int hold[2];
  need(sys_pipe(hold, 0), "pipe");
  long child = need(sys_fork(), "fork");
  if (child == 0) {
    char byte;
    sys_close(hold[1]);
    sys_read(hold[0], &byte, 1);
    sys_exit(3);
  }
  sys_close(hold[0]);
  static const char *const names[] = {"stat", "status", "cmdline", "comm", "maps", "environ"};
  int fds[6];
  for (int i = 0; i < 6; i++) fds[i] = (int)need(sys_open(file_of(child, names[i]), 0, 0), names[i]);
  say("another's comm: %e\n", put(file_of(child, "comm"), "x"));
  sys_close(hold[1]);
  struct siginfo info;
  sys_waitid(1, child, &info, 0x01000004);  // P_PID, WEXITED | WNOWAIT
  slurp(file_of(child, "status"));
  say("zombie:\n");
  say_line(line_of("State:"));
  say_line(line_of("FDSize:"));
  say("  VmSize: %s\n", yes_no(*line_of("VmSize:")));
  say("  cmdline: %e, maps: %e, mounts: %e\n", slurp(file_of(child, "cmdline")),
      slurp(file_of(child, "maps")), look(file_of(child, "mounts")));
  say_link(file_of(child, "cwd"));
  say_link(file_of(child, "exe"));
  int status = 0;
  sys_wait4(child, &status, 0);
  for (int i = 0; i < 6; i++) say("gone, %s: %e\n", names[i], sys_read(fds[i], text, 100));
  say("gone, opening: %e\n", look(file_of(child, "stat")));
}

static void say_memory(void) {
  int fd = (int)need(sys_open("/proc/self/mem", O_RDWR, 0), "mem");
  uint64_t place;
  const volatile int *constant = &is_constant;
  int value = 0;
  syscall5(NR_llseek, fd, 0, ARG(&is_constant), ARG(&place), 0);
  long n = sys_read(fd, &value, sizeof value);
  say("mem: read %e, %s\n", n, yes_no(value == *constant));
  value = 77;
  syscall5(NR_llseek, fd, 0, ARG(&is_constant), ARG(&place), 0);
  n = sys_write(fd, &value, sizeof value);
  say("mem: write %e, %d\n", n, *constant);
  syscall5(NR_llseek, fd, 0, 0, ARG(&place), 0);
  say("mem: at nothing %e\n", sys_read(fd, &value, sizeof value));
  sys_close(fd);
}

static void say_files(void) {
  int fd = (int)need(sys_open("/tmp/procfs-file", O_RDWR | O_CREAT | O_EXCL, 0600), "open");
  sys_write(fd, "12345", 5);
  sys_fcntl(fd, 2, 1);  // F_SETFD, FD_CLOEXEC
  say_link(file_of(sys_getpid(), "fd/3"));
  slurp("/proc/self/fdinfo/3");
  say_line(line_of("pos:"));
  say_line(line_of("flags:"));
  say("reopened: %e\n", slurp("/proc/self/fd/3"));
  syscall3(NR_unlinkat, AT_FDCWD, ARG("/tmp/procfs-file"), 0);
  say_link("/proc/self/fd/3");
  say("reopened, unlinked: %e\n", slurp("/proc/self/fd/3"));
  sys_close(fd);
  say("closed: %e\n", look("/proc/self/fd/3"));
}

int guest_main(int argc, char **argv, char **envp) {
  handle(SIGQUIT, SIG_DFL, 0);
  handle(SIGUSR1, on_signal, 0);
  uint32_t mask[2] = {1u << (SIGUSR2 - 1), 0};
  sys_rt_sigprocmask(0, mask, 0);
  sys_kill(sys_getpid(), SIGUSR2);
  sys_tgkill(sys_getpid(), sys_gettid(), SIGUSR2);
  say_status();
  say_stat();
  say_maps();
  say_limits();
  say("comm: %e\n", put("/proc/self/comm", "0123456789abcdefgh"));
  slurp("/proc/self/comm");
  say_line(text);
  long n = slurp("/proc/self/cmdline");
  say("cmdline: %e \"%s\" and \"%s\"\n", n, text, text + text_length(text) + 1);
  n = slurp("/proc/self/environ");
  say("environ: %e \"%s\"\n", n, text);
  say_link("/proc/self/exe");
  say_link("/proc/self/cwd");
  say_link("/proc/self/root");
  say_link("/proc/mounts");
  say_files();
  say_memory();
  say_access();
  say_end();
  say("missing: %e\n", look("/proc/self/missing"));
  say("mkdir: %e\n", syscall3(NR_mkdirat, AT_FDCWD, ARG("/proc/folder"), 0755));
  say("unlink: %e\n", syscall3(NR_unlinkat, AT_FDCWD, ARG("/proc/uptime"), 0));
  say("write stat: %e\n", put("/proc/self/stat", "x"));
  say("oom_score_adj: %e, %e, %e\n", put("/proc/self/oom_score_adj", "5\n"),
      put("/proc/self/oom_score_adj", "1001"), put("/proc/self/oom_score_adj", "x"));
  slurp("/proc/self/oom_score_adj");
  say_line(text);
  slurp("/proc/sys/kernel/ostype");
  say_line(text);
  slurp("/proc/sys/kernel/pid_max");
  say_line(text);
  slurp("/proc/cpuinfo");
  say("%s", text);
  return 0;
}
