// Mounting in steps: fsopen, fsconfig, fsmount, move_mount.

#include "guest.h"

#include "user-namespace.h"

#include "sysv.h"

enum {
  NR_MC_mkdirat = 34, NR_MC_getcwd = 17, NR_MC_fchdir = 50, NR_MC_statfs = 43,
  NR_MC_move_mount = 429, NR_MC_fsopen = 430, NR_MC_fsconfig = 431, NR_MC_fsmount = 432,
  FLAG = 0, STRING = 1, BINARY = 2, PATH = 3, PATH_EMPTY = 4, DESCRIPTOR = 5, CREATE = 6, RECONFIGURE = 7,
  FROM_EMPTY = 4,
};

static long fsopen(const char *type, unsigned flags) { return syscall2(NR_MC_fsopen, ARG(type), flags); }

static long fsconfig(long fd, unsigned command, const char *key, const void *value, int aux) {
  return syscall5(NR_MC_fsconfig, fd, command, ARG(key), ARG(value), aux);
}

static long fsmount(long fd, unsigned flags, unsigned attributes) {
  return syscall3(NR_MC_fsmount, fd, flags, attributes);
}

static long move(long from, const char *path, const char *to, unsigned flags) {
  return syscall5(NR_MC_move_mount, from, ARG(path), AT_FDCWD, ARG(to), flags);
}

static void tell(const char *what, long result) { say("  %s: %s\n", what, result >= 0 ? "fine" : outcome(result)); }

static void options(const char *place) {
  static char text[8192];
  long fd = need(sys_open("/proc/self/mounts", O_RDONLY, 0), "mounts");
  long n = 0, got;
  while ((got = sys_read((int)fd, text + n, sizeof text - 1 - (unsigned long)n)) > 0) n += got;
  sys_close((int)fd);
  text[n] = 0;
  bool any = false;
  for (char *at = text; *at;) {
    char *end = at;
    while (*end && *end != '\n') end++;
    bool more = *end;
    *end = 0;
    for (char *c = at; *c; c++)
      if (*c == ' ' && !memcmp(c + 1, place, text_length(place)) && c[1 + text_length(place)] == ' ') {
        say("  [%s]\n", at);
        any = true;
        break;
      }
    at = end + more;
  }
  if (!any) say("  nothing at %s\n", place);
}

static long as_nobody(void *unused) {
  become(6001);
  tell("fsopen", fsopen("tmpfs", 0));
  tell("of an unknown type", fsopen("nothing", 0));
  tell("fsmount", fsmount(0, 0, 0));
  tell("move_mount", move(AT_FDCWD, "/tmp", "/tmp", 0));
  return 0;
}

static void errors(void) {
  say("-- errors\n");
  tell("a type that is not there", fsopen("nothing", 0));
  tell("a flag", fsopen("tmpfs", 2));
  tell("a bad name", fsopen((const char *)4, 0));
  long fd = need(fsopen("tmpfs", 1), "fsopen");
  say("  close-on-exec: %d\n", (int)sys_fcntl((int)fd, F_GETFD, 0));
  char buffer[16];
  tell("read", sys_read((int)fd, buffer, sizeof buffer));
  tell("write", sys_write((int)fd, "x", 1));
  tell("no descriptor", fsconfig(-1, CREATE, 0, 0, 0));
  tell("a closed one", fsconfig(99, CREATE, 0, 0, 0));
  tell("another file", fsconfig(1, CREATE, 0, 0, 0));
  tell("an unknown command", fsconfig(fd, 77, 0, 0, 0));
  tell("a flag without a key", fsconfig(fd, FLAG, 0, 0, 0));
  tell("a flag with a value", fsconfig(fd, FLAG, "ro", "x", 0));
  tell("a flag with a number", fsconfig(fd, FLAG, "ro", 0, 1));
  tell("a string without a value", fsconfig(fd, STRING, "mode", 0, 0));
  tell("a string with a number", fsconfig(fd, STRING, "mode", "700", 1));
  tell("a binary of no length", fsconfig(fd, BINARY, "mode", "700", 0));
  tell("a binary too long", fsconfig(fd, BINARY, "mode", "700", 2000000));
  tell("a binary", fsconfig(fd, BINARY, "mode", "700", 3));
  tell("a path from nowhere", fsconfig(fd, PATH, "mode", "/tmp", -1));
  tell("a path", fsconfig(fd, PATH, "mode", "/tmp", AT_FDCWD));
  tell("a descriptor with a value", fsconfig(fd, DESCRIPTOR, "mode", "x", 1));
  tell("a descriptor", fsconfig(fd, DESCRIPTOR, "mode", 0, 1));
  tell("create with a key", fsconfig(fd, CREATE, "x", 0, 0));
  tell("an unknown option", fsconfig(fd, STRING, "colour", "red", 0));
  tell("an unknown flag", fsconfig(fd, FLAG, "colour", 0, 0));
  tell("a bad value", fsconfig(fd, STRING, "size", "large", 0));
  tell("a bad key", fsconfig(fd, FLAG, (const char *)4, 0, 0));
  tell("a bad string", fsconfig(fd, STRING, "mode", (const char *)4, 0));
  tell("reconfigure too early", fsconfig(fd, RECONFIGURE, 0, 0, 0));
  tell("mount too early", fsmount(fd, 0, 0));
  tell("mount another file", fsmount(1, 0, 0));
  tell("mount a closed one", fsmount(99, 0, 0));
  tell("a source", fsconfig(fd, STRING, "source", "here", 0));
  tell("a second source", fsconfig(fd, STRING, "source", "there", 0));
  tell("create", fsconfig(fd, CREATE, 0, 0, 0));
  tell("create again", fsconfig(fd, CREATE, 0, 0, 0));
  tell("an option too late", fsconfig(fd, STRING, "mode", "700", 0));
  tell("reconfigure", fsconfig(fd, RECONFIGURE, 0, 0, 0));
  tell("an unknown flag", fsmount(fd, 2, 0));
  tell("an unknown attribute", fsmount(fd, 0, 0x100));
  tell("two ways of access times", fsmount(fd, 0, 0x30));
  long mount = fsmount(fd, 1, 0);
  tell("mount", mount);
  say("  close-on-exec: %d, flags %x\n", (int)sys_fcntl((int)mount, F_GETFD, 0), (unsigned)sys_fcntl((int)mount, 3, 0));
  tell("mount again", fsmount(fd, 0, 0));
  tell("move to a file", move(mount, "", "/proc/self/mounts", FROM_EMPTY));
  tell("move to nowhere", move(mount, "", "/tmp/none", FROM_EMPTY));
  tell("move with an unknown flag", move(mount, "", "/tmp/place", FROM_EMPTY | 8));
  tell("move without the flag", move(mount, "", "/tmp/place", 0));
  tell("move what is no mount", move(AT_FDCWD, "/tmp/place", "/tmp/other", 0));
  run_in_child(as_nobody, 0);
  sys_close((int)mount);
  sys_close((int)fd);
}

static void make(const char *type, const char *key, const char *value, unsigned attributes) {
  say("-- %s %s %s\n", type, key ? key : "", value ? value : "");
  long fd = need(fsopen(type, 0), "fsopen");
  if (key) tell("option", value ? fsconfig(fd, STRING, key, value, 0) : fsconfig(fd, FLAG, key, 0, 0));
  tell("create", fsconfig(fd, CREATE, 0, 0, 0));
  long mount = fsmount(fd, 0, attributes);
  tell("mount", mount);
  sys_close((int)fd);
  if (mount < 0) return;
  options("/tmp/place");
  tell("move", move(mount, "", "/tmp/place", FROM_EMPTY));
  options("/tmp/place");
  tell("move on", move(AT_FDCWD, "/tmp/place", "/tmp/other", 0));
  options("/tmp/place");
  options("/tmp/other");
  tell("umount", syscall2(NR_umount2, ARG("/tmp/other"), 2));
  tell("move what was unmounted", move(mount, "", "/tmp/place", FROM_EMPTY));
  sys_close((int)mount);
}

static void in_it(void) {
  say("-- used before it is anywhere\n");
  long fd = need(fsopen("tmpfs", 0), "fsopen");
  need(fsconfig(fd, CREATE, 0, 0, 0), "create");
  long mount = need(fsmount(fd, 0, 0), "fsmount");
  long file = syscall4(NR_NS_openat, mount, ARG("file"), O_WRONLY | O_CREAT, 0644);
  tell("make a file", file);
  if (file >= 0) sys_close((int)file);
  tell("enter it", syscall1(NR_MC_fchdir, mount));
  char path[64];
  long n = syscall2(NR_MC_getcwd, ARG(path), sizeof path);
  say("  where: %s\n", n < 0 ? outcome(n) : path);
  tell("the file by its name", sys_open("file", O_RDONLY, 0));
  tell("above", sys_open("../file", O_RDONLY, 0));
  tell("mount on it", syscall5(NR_mount, ARG("x"), ARG("."), ARG("tmpfs"), 0, 0));
  tell("bind it", syscall5(NR_mount, ARG("."), ARG("/tmp/place"), 0, 4096, 0));
  tell("a folder of it cannot be moved", move(AT_FDCWD, "file", "/tmp/place", 0));
  tell("move", move(AT_FDCWD, ".", "/tmp/place", 0));
  tell("move by descriptor", move(mount, "", "/tmp/place", FROM_EMPTY));
  n = syscall2(NR_MC_getcwd, ARG(path), sizeof path);
  say("  where: %s\n", n < 0 ? outcome(n) : path);
  tell("the file there", sys_open("/tmp/place/file", O_RDONLY, 0));
  need(sys_chdir("/"), "chdir");
  tell("option for later", fsconfig(fd, STRING, "size", "8k", 0));
  tell("reconfigure", fsconfig(fd, RECONFIGURE, 0, 0, 0));
  options("/tmp/place");
  sys_close((int)mount);
  tell("still there", sys_open("/tmp/place/file", O_RDONLY, 0) < 0 ? -ENOENT : 0);
  tell("umount", syscall2(NR_umount2, ARG("/tmp/place"), 2));
  sys_close((int)fd);
}

int guest_main(int argc, char **argv, char **envp) {
  need(syscall1(NR_unshare, 0x20000), "unshare");
  need(syscall5(NR_mount, 0, ARG("/"), 0, 0x44000, 0), "private");
  syscall3(NR_MC_mkdirat, AT_FDCWD, ARG("/tmp/place"), 0755);
  syscall3(NR_MC_mkdirat, AT_FDCWD, ARG("/tmp/other"), 0755);
  errors();
  make("tmpfs", "mode", "0700", 0);
  make("tmpfs", "size", "64k", 0xf);
  make("tmpfs", "ro", 0, 0x10);
  make("tmpfs", "rw", 0, 0xa0);
  make("proc", "hidepid", "2", 0x200000);
  make("proc", "subset", "all", 0);
  make("proc", "source", "me", 0x20);
  make("sysfs", "x", "y", 0);
  make("mqueue", "x", 0, 0);
  make("devpts", "mode", "0620", 0);
  make("devpts", "colour", "red", 0);
  make("cgroup2", "nsdelegate", 0, 0);
  in_it();
  return 0;
}
