// Control groups as a cgroup namespace shows them, and what delegation keeps those inside from.

#include "guest.h"

#include "outcome.h"

#define AT_FDCWD (-100)
#define CLONE_NEWCGROUP 0x02000000
#define MS_REMOUNT 32
#define O_DIRECTORY 0200000

static volatile int *shared;

static long make(const char *path) { return syscall3(NR_mkdirat, AT_FDCWD, ARG(path), 0755); }
static long take(const char *path) { return syscall3(NR_unlinkat, AT_FDCWD, ARG(path), 0x200); }

static long put(const char *path, const char *text) {
  long fd = sys_open(path, 1, 0);
  if (fd < 0) return fd;
  long n = sys_write((int)fd, text, text_length(text));
  sys_close((int)fd);
  return n < 0 ? n : 0;
}

static const char *get(const char *path) {
  static char texts[8][64];
  static unsigned next;
  char *text = texts[next++ % 8];
  long fd = sys_open(path, 0, 0);
  if (fd < 0) return outcome(fd);
  long n = sys_read((int)fd, text, 63);
  sys_close((int)fd);
  if (n < 0) return outcome(n);
  text[n] = 0;
  for (char *at = text; *at; at++)
    if (*at == '\n') *at = 0;
  return text;
}

// The root of the mount at a place.
static const char *mount_root(const char *place) {
  static char text[4096], root[64];
  int fd = (int)need(sys_open("/proc/self/mountinfo", 0, 0), "open");
  long n = 0, got;
  while ((got = sys_read(fd, text + n, sizeof text - 1 - (unsigned long)n)) > 0) n += got;
  sys_close(fd);
  text[n] = 0;
  for (char *line = text; *line;) {
    const char *words[6] = {0};
    char *at = line;
    for (int i = 0; i < 5; i++) {
      words[i] = at;
      while (*at && *at != ' ') at++;
      *at++ = 0;
    }
    if (text_equal(words[4], place)) {
      memcpy(root, words[3], text_length(words[3]) + 1);
      return root;
    }
    while (*at && *at != '\n') at++;
    line = *at ? at + 1 : at;
  }
  return "none";
}

static const char *init_place(void) { return get("/proc/1/cgroup"); }

static long inside(void *delegated) {
  need(put("/tmp/whole/a/cgroup.procs", "0"), "move");
  need(syscall1(NR_unshare, CLONE_NEWCGROUP), "unshare");
  say("inside: one is in %s, init in %s\n", get("/proc/self/cgroup"), init_place());
  say("the whole tree's mount has root %s\n", mount_root("/tmp/whole"));
  if (!delegated) {
    make("/tmp/part");
    say("mount: %s, root %s, has b: %s, has a: %s\n",
        outcome(syscall5(NR_mount, ARG("none"), ARG("/tmp/part"), ARG("cgroup2"), 0, ARG("nsdelegate"))),
        mount_root("/tmp/part"), get("/tmp/part/b/cgroup.type"), get("/tmp/part/a/cgroup.type"));
    say("its options change nothing: ");
  }
  say("settings of the root: depth %s, pids.max %s, freeze %s, kill %s, type %s, below: %s\n",
      outcome(put("/tmp/whole/a/cgroup.max.depth", "max")), outcome(put("/tmp/whole/a/pids.max", "max")),
      outcome(put("/tmp/whole/a/cgroup.freeze", "0")), outcome(put("/tmp/whole/a/cgroup.kill", "2")),
      outcome(put("/tmp/whole/a/cgroup.type", "x")), outcome(put("/tmp/whole/a/b/pids.max", "max")));
  say("controllers below: %s, %s\n", outcome(put("/tmp/whole/a/cgroup.subtree_control", "+pids")),
      outcome(put("/tmp/whole/a/cgroup.subtree_control", "-pids")));
  int fd = (int)need(sys_open("/tmp/whole/other", O_DIRECTORY, 0), "open");
  struct clone_args args = {0};
  args.flags = CLONE_INTO_CGROUP;
  args.exit_signal = SIGCHLD;
  args.cgroup = (uint64_t)fd;
  long pid = sys_clone3(&args, CLONE_ARGS_SIZE_VER2);
  if (pid == 0) sys_exit(0);
  if (pid > 0) wait_for(pid);
  say("clone out of it: %s, move out of it: %s, ", outcome(pid < 0 ? pid : 0),
      outcome(put("/tmp/whole/other/cgroup.procs", "0")));
  say("then one is in %s\n", get("/proc/self/cgroup"));
  say("move within: %s, then one is in %s\n", outcome(put("/tmp/whole/a/b/cgroup.procs", "0")),
      get("/proc/self/cgroup"));
  if (!delegated) syscall2(NR_umount2, ARG("/tmp/part"), 0);
  put("/tmp/whole/cgroup.procs", "0");
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  shared = new_shared(4096);
  make("/tmp/whole");
  need(syscall5(NR_mount, ARG("none"), ARG("/tmp/whole"), ARG("cgroup2"), 0, 0), "mount");
  make("/tmp/whole/a");
  make("/tmp/whole/a/b");
  make("/tmp/whole/other");
  put("/tmp/whole/cgroup.subtree_control", "+pids");
  put("/tmp/whole/a/cgroup.subtree_control", "+pids");
  say("outside: %s\n", get("/proc/self/cgroup"));
  put("/tmp/whole/a/cgroup.subtree_control", "-pids");
  run_in_child(inside, 0);
  say("remount: %s\n",
      outcome(syscall5(NR_mount, 0, ARG("/tmp/whole"), 0, MS_REMOUNT, ARG("nsdelegate"))));
  run_in_child(inside, (void *)1);
  say("remount: %s\n", outcome(syscall5(NR_mount, 0, ARG("/tmp/whole"), 0, MS_REMOUNT, 0)));
  put("/tmp/whole/cgroup.subtree_control", "-pids");
  say("removed: %s %s %s\n", outcome(take("/tmp/whole/a/b")), outcome(take("/tmp/whole/a")),
      outcome(take("/tmp/whole/other")));
  say("umount: %s\n", outcome(syscall2(NR_umount2, ARG("/tmp/whole"), 0)));
  return 0;
}
