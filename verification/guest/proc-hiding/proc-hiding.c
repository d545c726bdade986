// /proc with hidepid=, gid= and subset=: what others see of a process; and /proc/PID/map_files.

#include "guest.h"

#include "user-namespace.h"

#include "sysv.h"

enum {
  NR_HIDING_mkdirat = 34,
  NR_HIDING_getdents64 = 61,
  NR_HIDING_readlinkat = 78,
  MS_REMOUNT_FLAG = 32,
  NOFOLLOW = 0x100,
};

static long victim;

static long sleeper(void *unused) {
  for (;;) sleep_ms(100000);
  return 0;
}

static const char *file(const char *of, const char *name) {
  static char path[96];
  char *at = add_text(path, "/tmp/hiding/");
  at = of ? add_text(at, of) : add_number(at, (unsigned long)victim);
  add_text(at, name);
  return path;
}

static bool lists(const char *folder, const char *wanted) {
  static char buffer[16384];
  long fd = sys_open(folder, O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0) return false;
  bool found = false;
  long n;
  while ((n = syscall3(NR_HIDING_getdents64, fd, ARG(buffer), sizeof buffer)) > 0)
    for (char *at = buffer; at < buffer + n; at += *(unsigned short *)(at + 16))
      if (text_equal(at + 19, wanted)) found = true;
  sys_close((int)fd);
  return found;
}

static void try_open(const char *what, const char *path, long flags) {
  long fd = sys_open(path, flags, 0);
  say("    %s: %s\n", what, fd < 0 ? outcome(fd) : "opened");
  if (fd >= 0) sys_close((int)fd);
}

static void look(void) {
  static char number[16];
  add_number(number, (unsigned long)victim);
  struct {
    long words[32];
  } status;
  say("    is listed: %s\n", yes_no(lists("/tmp/hiding", number)));
  say("    stat: %s\n", outcome(syscall4(NR_NS_fstatat64, AT_FDCWD, ARG(file(0, "")), ARG(&status), 0)));
  try_open("folder", file(0, ""), O_RDONLY | O_DIRECTORY);
  try_open("status", file(0, "/status"), O_RDONLY);
  try_open("thread", file(0, "/task"), O_RDONLY | O_DIRECTORY);
  try_open("self", file("self", "/status"), O_RDONLY);
  try_open("init", file("1", "/status"), O_RDONLY);
  try_open("uptime", file("uptime", ""), O_RDONLY);
  try_open("sysctl", file("sys", "/kernel/ostype"), O_RDONLY);
  try_open("thread-self", file("thread-self", "/status"), O_RDONLY);
}

static long as_other(void *unused) {
  become(6002);
  look();
  return 0;
}

static long as_member(void *unused) {
  need(syscall2(NR_setgroups, 0, 0), "setgroups");
  need(syscall3(NR_setresgid, 77, 77, 77), "setresgid");
  need(syscall3(NR_setresuid, 6002, 6002, 6002), "setresuid");
  look();
  return 0;
}

static void options(void) {
  static char text[8192];
  long fd = need(sys_open("/proc/self/mounts", O_RDONLY, 0), "mounts");
  long n = 0, got;
  while ((got = sys_read((int)fd, text + n, sizeof text - 1 - (unsigned long)n)) > 0) n += got;
  sys_close((int)fd);
  text[n] = 0;
  for (char *at = text; *at;) {
    char *end = at;
    while (*end && *end != '\n') end++;
    bool more = *end;
    *end = 0;
    if (!memcmp(at, "p /tmp/hiding ", 14)) say("  %s\n", at);
    at = end + more;
  }
}

static void with(const char *text) {
  say("-- %s\n", text[0] ? text : "no option");
  long result = syscall5(NR_mount, ARG("p"), ARG("/tmp/hiding"), ARG("proc"), 0, ARG(text));
  if (result < 0) {
    say("  %s\n", outcome(result));
    return;
  }
  options();
  // Root last: with hidepid=4 a folder that somebody has found before is found by others, too.
  say("  another user\n");
  run_in_child(as_other, 0);
  say("  in group 77\n");
  run_in_child(as_member, 0);
  say("  root\n");
  look();
  need(syscall2(NR_umount2, ARG("/tmp/hiding"), 0), "umount");
}

static long its_own(void *unused) {
  become(6001);
  return sleeper(0);
}

static void remounted(void) {
  say("-- remounted\n");
  need(syscall5(NR_mount, ARG("p"), ARG("/tmp/hiding"), ARG("proc"), 0, ARG("gid=77")), "mount");
  static const char *const all[] = {"hidepid=2", "subset=pid", "hidepid=0", "gid=0", "hidepid=5", "x", ""};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    long result = syscall5(NR_mount, ARG("p"), ARG("/tmp/hiding"), ARG("proc"), MS_REMOUNT_FLAG, ARG(all[i]));
    say("  %s: %s\n", all[i], outcome(result));
    options();
  }
  need(syscall2(NR_umount2, ARG("/tmp/hiding"), 0), "umount");
}

static void link_of(const char *what, const char *path) {
  static char target[256];
  long n = syscall4(NR_HIDING_readlinkat, AT_FDCWD, ARG(path), ARG(target), sizeof target - 1);
  if (n >= 0) target[n] = 0;
  say("  %s: %s\n", what, n < 0 ? outcome(n) : target);
}

static char *hexadecimal(char *at, unsigned long number) {
  char digits[12];
  int n = 0;
  do digits[n++] = "0123456789abcdef"[number % 16];
  while (number /= 16);
  while (n) *at++ = digits[--n];
  *at = 0;
  return at;
}

static const char *region(const char *before, unsigned long from, const char *between, unsigned long to) {
  static char path[96];
  char *at = add_text(path, "/proc/self/map_files/");
  at = add_text(at, before);
  at = hexadecimal(at, from);
  at = add_text(at, between);
  hexadecimal(at, to);
  return path;
}

static long nobodys_map(void *path) {
  become(6001);
  sys_prctl(4, 1);
  link_of("read by its user", path);
  try_open("followed by its user", path, O_RDONLY);
  return 0;
}

static void maps(void) {
  say("-- map_files\n");
  long fd = need(sys_open("/tmp/mapped", O_RDWR | O_CREAT, 0644), "open");
  sys_write((int)fd, "x", 1);
  unsigned long at = 0x50000000;
  need(sys_mmap((void *)at, 8192, PROT_READ, MAP_SHARED | MAP_FIXED, (int)fd, 0), "mmap");
  need(sys_mmap((void *)(at + 8192), 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), "mmap");
  link_of("the file", region("", at, "-", at + 8192));
  link_of("a part of it", region("", at, "-", at + 4096));
  link_of("no file", region("", at + 8192, "-", at + 12288));
  link_of("with a zero before it", region("0", at, "-", at + 8192));
  link_of("with a space", region(" ", at, "-", at + 8192));
  link_of("with two dashes", region("", at, "--", at + 8192));
  struct {
    unsigned words[32];
  } status;
  say("  lstat: %e\n", syscall4(NR_NS_fstatat64, AT_FDCWD, ARG(region("", at, "-", at + 8192)), ARG(&status), NOFOLLOW));
  say("  mode %u, size %u\n", status.words[4], status.words[12]);
  need(syscall3(NR_unlinkat, AT_FDCWD, ARG("/tmp/mapped"), 0), "unlink");
  link_of("unlinked", region("", at, "-", at + 8192));
  try_open("opened again", region("", at, "-", at + 8192), O_RDONLY);
  char name[64], *end = hexadecimal(name, at);
  hexadecimal(add_text(end, "-"), at + 8192);
  say("  is listed: %s\n", yes_no(lists("/proc/self/map_files", name)));
  run_in_child(nobodys_map, (void *)region("", at, "-", at + 8192));
}

int guest_main(int argc, char **argv, char **envp) {
  syscall3(NR_HIDING_mkdirat, AT_FDCWD, ARG("/tmp/hiding"), 0755);
  victim = fork_child(its_own, 0);
  sleep_ms(30);
  static const char *const all[] = {"", "hidepid=0", "hidepid=1", "hidepid=2", "hidepid=4", "hidepid=invisible,gid=77",
                                    "hidepid=noaccess,gid=77", "hidepid=ptraceable,gid=77", "subset=pid", "subset=pid,hidepid=2",
                                    "hidepid=3", "hidepid", "hidepid=all", "subset=all", "gid=x", "other", "hidepid=off"};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) with(all[i]);
  remounted();
  maps();
  sys_kill(victim, SIGKILL);
  wait_for(victim);
  return 0;
}
