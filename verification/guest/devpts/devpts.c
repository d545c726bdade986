// devpts: each mount is an instance with its own terminals; what its ptmx and TIOCGPTPEER open.

#include "guest.h"

#include "user-namespace.h"

#include "mounts.h"

enum {
  NR_ioctl = 29, NR_mount_with = 40,
  TIOCGPTN = 0x80045430, TIOCSPTLCK = 0x40045431, TIOCGPTPEER = 0x5441,
  O_NOCTTY_ = 0400, MS_REMOUNT = 0x20,
};

static long ioctl(long fd, unsigned request, unsigned long argument) { return syscall3(NR_ioctl, fd, request, argument); }

static long devpts(const char *place, const char *options) {
  return syscall5(NR_mount_with, ARG("pts"), ARG(place), ARG("devpts"), 0, ARG(options));
}

static void tell(const char *what, long result) { say("  %s: %s\n", what, result >= 0 ? "fine" : outcome(result)); }

static long open_tty(const char *path) { return sys_open(path, O_RDWR | O_NOCTTY_ | O_NONBLOCK, 0); }

// Opens a master and says the number that its terminal has.
static long master(const char *path) {
  long fd = open_tty(path);
  int number = -1;
  long result = fd < 0 ? fd : ioctl(fd, TIOCGPTN, ARG(&number));
  if (result < 0)
    say("  %s: %s\n", path, outcome(result));
  else
    say("  %s: terminal %d\n", path, number);
  return fd;
}

static void unlock(long fd) {
  int zero = 0;
  need(ioctl(fd, TIOCSPTLCK, ARG(&zero)), "unlock");
}

static void close(long fd) { sys_close((int)fd); }

static void close_all(void) {
  for (int fd = 3; fd < 20; fd++) sys_close(fd);
}

static void name_of(long fd) {
  char link[40], text[80];
  add_number(add_text(link, "/proc/self/fd/"), (unsigned long)fd);
  long n = syscall4(NR_readlinkat, AT_FDCWD, ARG(link), ARG(text), sizeof text - 1);
  text[n < 0 ? 0 : n] = 0;
  say("  name: %s\n", n < 0 ? outcome(n) : text);
}

static void attributes(const char *path) {
  static unsigned st[64];
  long result = syscall4(NR_NS_fstatat64, AT_FDCWD, ARG(path), ARG(st), 0);
  // struct stat64: device 0, number 8, mode 16, links 20, user 24, group 28, rdev 32
  if (result < 0)
    say("  %s: %s\n", path, outcome(result));
  else
    say("  %s: ino %d mode %x user %d group %d rdev %x\n", path, (int)st[2], st[4], (int)st[6], (int)st[7], st[8]);
}

static void options(void) {
  static char text[8192];
  long fd = need(sys_open("/proc/self/mounts", O_RDONLY, 0), "mounts");
  long n = 0, got;
  while ((got = sys_read((int)fd, text + n, sizeof text - 1 - (unsigned long)n)) > 0) n += got;
  close(fd);
  text[n] = 0;
  for (char *at = text, *end; *at; at = end + 1) {
    for (end = at; *end != '\n';) end++;
    *end = 0;
    if (begins_with(at, "pts /tmp/p")) say("  [%s]\n", at);
  }
}

static void fresh(void) {
  close_all();
  umount("/tmp/p", MNT_DETACH);
  mkdir("/tmp/p");
  need(tmpfs("base", "/tmp/p"), "tmpfs");
  mkdir("/tmp/p/a");
  mkdir("/tmp/p/b");
  mkdir("/tmp/p/c");
  mkdir("/tmp/p/c/pts");
  need(devpts("/tmp/p/a", 0), "devpts");
}

static void instances(void) {
  say("-- instances\n");
  fresh();
  need(devpts("/tmp/p/b", "newinstance"), "devpts");
  master("/tmp/p/a/ptmx");
  master("/tmp/p/a/ptmx");
  long fd = master("/tmp/p/b/ptmx");
  attributes("/tmp/p/a");
  attributes("/tmp/p/a/ptmx");
  attributes("/tmp/p/a/0");
  attributes("/tmp/p/a/1");
  attributes("/tmp/p/b/0");
  attributes("/tmp/p/b/1");
  tell("locked", open_tty("/tmp/p/b/0"));
  unlock(fd);
  tell("unlocked", open_tty("/tmp/p/b/0"));
  tell("the other's", open_tty("/tmp/p/a/0"));
  say("  written: %d\n", (int)sys_write((int)fd, "x\n", 2));
  close(fd);
  attributes("/tmp/p/b/0");
  master("/tmp/p/b/ptmx");
  tell("busy", umount("/tmp/p/b", 0));
  tell("lazily", umount("/tmp/p/b", MNT_DETACH));
  need(devpts("/tmp/p/b", 0), "devpts");
  master("/tmp/p/b/ptmx");
}

static long as_nobody(void *unused) {
  need(syscall3(NR_setresgid, 6002, 6002, 6002), "setresgid");
  need(syscall3(NR_setresuid, 6001, 6001, 6001), "setresuid");
  master("/tmp/p/a/ptmx");
  master("/tmp/p/b/ptmx");
  attributes("/tmp/p/b/0");
  return 0;
}

static void told(void) {
  say("-- options\n");
  fresh();
  options();
  tell("b", devpts("/tmp/p/b", "uid=5,gid=7,mode=0641,ptmxmode=666,max=2"));
  options();
  master("/tmp/p/b/ptmx");
  attributes("/tmp/p/b/0");
  attributes("/tmp/p/b/ptmx");
  master("/tmp/p/b/ptmx");
  master("/tmp/p/b/ptmx");
  tell("remount", syscall5(NR_mount_with, 0, ARG("/tmp/p/b"), 0, MS_REMOUNT, ARG("mode=600,ptmxmode=0444")));
  options();
  attributes("/tmp/p/b/0");
  attributes("/tmp/p/b/ptmx");
  master("/tmp/p/b/ptmx");
  attributes("/tmp/p/b/2");
  tell("remount", syscall5(NR_mount_with, 0, ARG("/tmp/p/b"), 0, MS_REMOUNT, ARG("ptmxmode=666")));
  close_all();
  run_in_child(as_nobody, 0);
  tell("unknown", devpts("/tmp/p/c", "colour=red"));
  tell("no mode", devpts("/tmp/p/c", "mode=9"));
  tell("no number", devpts("/tmp/p/c", "max=many"));
  tell("too many", devpts("/tmp/p/c", "max=1048577"));
  tell("no user", devpts("/tmp/p/c", "uid=x"));
  tell("empty", devpts("/tmp/p/c", ",,mode=0,"));
  options();
}

static void elsewhere(void) {
  say("-- ptmx elsewhere\n");
  fresh();
  need(syscall4(NR_NS_mknodat, AT_FDCWD, ARG("/tmp/p/ptmx"), 020666, 0x502), "mknod");
  need(syscall4(NR_NS_mknodat, AT_FDCWD, ARG("/tmp/p/c/ptmx"), 020666, 0x502), "mknod");
  need(syscall4(NR_NS_mknodat, AT_FDCWD, ARG("/tmp/p/c/zero"), 020666, 136 << 8), "mknod");
  need(syscall3(NR_NS_symlinkat, ARG("a/ptmx"), AT_FDCWD, ARG("/tmp/p/link")), "symlink");
  master("/tmp/p/ptmx");
  master("/tmp/p/c/ptmx");
  need(bind("/tmp/p/a", "/tmp/p/c/pts"), "bind");
  unlock(master("/tmp/p/c/ptmx"));
  master("/tmp/p/c/ptmx");
  attributes("/tmp/p/a/1");
  tell("by its number", open_tty("/tmp/p/c/zero"));
  tell("by its name", open_tty("/tmp/p/a/0"));
  master("/tmp/p/link");
  need(devpts("/tmp/p/c/pts", 0), "devpts");
  master("/tmp/p/c/ptmx");
  need(bind("/tmp/p/a/ptmx", "/tmp/p/ptmx"), "bind");
  master("/tmp/p/ptmx");
  need(bind("/tmp/p/a/0", "/tmp/p/c/zero"), "bind");
  long fd = open_tty("/tmp/p/c/zero");
  tell("a terminal that is bound", fd);
  name_of(fd);
  tell("unmount", umount("/tmp/p/c/pts", MNT_DETACH));
  tell("unmount", umount("/tmp/p/c/pts", MNT_DETACH));
  need(bind("/tmp/p/a/0", "/tmp/p/c/zero"), "bind");
  close_all();
  tell("its master is closed", open_tty("/tmp/p/c/zero"));
  need(sys_open("/tmp/p/b/file", O_WRONLY | O_CREAT, 0644), "file");
  need(bind("/tmp/p/c/ptmx", "/tmp/p/b/file"), "bind");
  master("/tmp/p/b/file");
  need(devpts("/tmp/p/c/pts", 0), "devpts");
  master("/tmp/p/b/file");
}

static void peers(void) {
  say("-- peers\n");
  fresh();
  long fd = master("/tmp/p/a/ptmx");
  tell("locked", ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY_));
  unlock(fd);
  long peer = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY_ | O_CLOEXEC);
  // (F_GETFL shows O_CLOEXEC here and nowhere else.)
  say("  flags %x, close-on-exec %d\n", (unsigned)sys_fcntl((int)peer, F_GETFL, 0) & ~O_CLOEXEC, (int)sys_fcntl((int)peer, F_GETFD, 0));
  name_of(peer);
  say("  written: %d\n", (int)sys_write((int)peer, "abc", 3));
  char text[8];
  say("  read: %d\n", (int)sys_read((int)fd, text, sizeof text));
  tell("of a terminal", ioctl(peer, TIOCGPTPEER, O_RDWR | O_NOCTTY_));
  tell("of no terminal", ioctl(sys_open("/proc/self/status", O_RDONLY, 0), TIOCGPTPEER, O_RDWR | O_NOCTTY_));
  tell("a file that is not open", ioctl(77, TIOCGPTPEER, O_RDWR | O_NOCTTY_));
  peer = ioctl(fd, TIOCGPTPEER, O_RDONLY | O_NOCTTY_);
  say("  flags %x, close-on-exec %d\n", (unsigned)sys_fcntl((int)peer, F_GETFL, 0), (int)sys_fcntl((int)peer, F_GETFD, 0));
  need(sys_open("/tmp/p/file", O_WRONLY | O_CREAT, 0644), "file");
  need(bind("/tmp/p/a/ptmx", "/tmp/p/file"), "bind");
  fd = master("/tmp/p/file");
  unlock(fd);
  peer = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY_);
  tell("by a bound ptmx with no pts beside it", peer);
  need(syscall4(NR_NS_mknodat, AT_FDCWD, ARG("/tmp/p/c/ptmx"), 020666, 0x502), "mknod");
  need(bind("/tmp/p/a", "/tmp/p/c/pts"), "bind");
  need(umount("/tmp/p/file", MNT_DETACH), "umount");
  need(bind("/tmp/p/a/ptmx", "/tmp/p/c/ptmx"), "bind");
  fd = master("/tmp/p/c/ptmx");
  unlock(fd);
  peer = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY_);
  tell("by a bound ptmx with the pts beside it", peer);
  name_of(peer);
  need(umount("/tmp/p/c/ptmx", MNT_DETACH), "umount");
  fd = master("/tmp/p/c/ptmx");
  unlock(fd);
  peer = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY_);
  tell("by a device file", peer);
  name_of(peer);
  need(devpts("/tmp/p/c/pts", 0), "devpts");
  tell("another instance over it", ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY_));
  need(umount("/tmp/p/c/pts", MNT_DETACH), "umount");
  need(umount("/tmp/p/c/pts", MNT_DETACH), "umount");
  tell("none there", ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY_));
  fd = master("/tmp/p/a/ptmx");
  unlock(fd);
  need(umount("/tmp/p/a", MNT_DETACH), "umount");
  peer = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY_);
  tell("the instance is unmounted", peer);
  say("  written: %d\n", (int)sys_write((int)fd, "x\n", 2));
  say("  read: %d\n", (int)sys_read((int)peer, text, sizeof text));
}

static long in_namespace(void *unused) {
  tell("mount", devpts("/tmp/p/b", "uid=5,gid=20000"));
  tell("mount", devpts("/tmp/p/b", "uid=5,mode=620,ptmxmode=666"));
  options();
  master("/tmp/p/b/ptmx");
  attributes("/tmp/p/b");
  attributes("/tmp/p/b/ptmx");
  attributes("/tmp/p/b/0");
  tell("remount the other", syscall5(NR_mount_with, 0, ARG("/tmp/p/a"), 0, MS_REMOUNT, ARG("mode=600")));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  need(syscall1(NR_unshare, CLONE_NEWNS), "unshare");
  need(change("/", MS_PRIVATE | MS_REC), "private");
  instances();
  told();
  elsewhere();
  peers();
  say("-- in a user namespace\n");
  fresh();
  inside(CLONE_NEWNS, "0 100000 10000", "0 100000 10000", in_namespace, 0);
  return 0;
}
