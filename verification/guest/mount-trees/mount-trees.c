// Mounts by descriptors: open_tree, fspick, and move_mount with what they give.

#include "guest.h"

#include "user-namespace.h"

#include "mounts.h"

enum {
  NR_open_tree = 428, NR_move_mount = 429, NR_fsopen = 430, NR_fsconfig = 431, NR_fsmount = 432, NR_fspick = 433,
  NR_fchdir = 50,
  EMPTY_PATH = 0x1000, RECURSIVE = 0x8000, NO_FOLLOW = 0x100, CLONE = 1,
  FROM_EMPTY = 4, TO_EMPTY = 0x40, SET_GROUP = 0x100, BENEATH = 0x200,
  FLAG = 0, STRING = 1, CREATE = 6, RECONFIGURE = 7,
  PICK_NO_FOLLOW = 2, PICK_EMPTY = 8,
  PATH_ONLY = 010000000,
};

static long tree(long folder, const char *path, unsigned flags) { return syscall3(NR_open_tree, folder, ARG(path), flags); }
static long pick(long folder, const char *path, unsigned flags) { return syscall3(NR_fspick, folder, ARG(path), flags); }

static long move(long from, const char *path, long to, const char *to_path, unsigned flags) {
  return syscall5(NR_move_mount, from, ARG(path), to, ARG(to_path), flags);
}

static long put(long from, const char *to) { return move(from, "", AT_FDCWD, to, FROM_EMPTY); }

static long config(long fd, unsigned command, const char *key, const char *value) {
  return syscall5(NR_fsconfig, fd, command, ARG(key), ARG(value), 0);
}

static long open_at(long folder, const char *path, int flags) {
  return syscall4(NR_NS_openat, folder, ARG(path), flags, 0644);
}

static void tell(const char *what, long result) { say("  %s: %s\n", what, result >= 0 ? "fine" : outcome(result)); }

static void close_all(long from) {
  for (long fd = from; fd < 40; fd++) sys_close((int)fd);
}

static void at(long folder, const char *path) {
  long fd = open_at(folder, path, O_RDONLY);
  say("  %s: %s\n", path, fd >= 0 ? "there" : outcome(fd));
  if (fd >= 0) sys_close((int)fd);
}

static void file(const char *path) {
  sys_close((int)need(sys_open(path, O_WRONLY | O_CREAT, 0644), path));
}

// /tmp/p with a mount at m, which has another at m/1 with one at m/1/x, and one at m/2.
static void fresh(void) {
  close_all(3);
  umount("/tmp/p", MNT_DETACH);
  mkdir("/tmp/p");
  need(tmpfs("base", "/tmp/p"), "tmpfs");
  mkdir("/tmp/p/m");
  mkdir("/tmp/p/a");
  mkdir("/tmp/p/b");
  need(tmpfs("t0", "/tmp/p/m"), "tmpfs");
  mkdir("/tmp/p/m/1");
  mkdir("/tmp/p/m/2");
  mkdir("/tmp/p/m/3");
  mkdir("/tmp/p/m/3/deep");
  file("/tmp/p/m/zero");
  need(tmpfs("t1", "/tmp/p/m/1"), "tmpfs");
  mkdir("/tmp/p/m/1/x");
  file("/tmp/p/m/1/one");
  need(tmpfs("tx", "/tmp/p/m/1/x"), "tmpfs");
  need(tmpfs("t2", "/tmp/p/m/2"), "tmpfs");
  file("/tmp/p/m/2/two");
}

static long as_nobody(void *unused) {
  need(syscall3(NR_setresuid, 6001, 6001, 6001), "setresuid");
  tell("fspick", pick(AT_FDCWD, "/tmp/none", 0xff));
  tell("open_tree of a copy", tree(AT_FDCWD, "/tmp/none", CLONE));
  tell("with an unknown flag", tree(AT_FDCWD, "/tmp/none", CLONE | 2));
  tell("open_tree", tree(AT_FDCWD, "/tmp/p/m", 0));
  tell("move_mount", move(-1, "", -1, "", 0xffff));
  return 0;
}

static void errors(void) {
  say("-- errors\n");
  fresh();
  tell("move: no descriptor and no path", move(-1, "", AT_FDCWD, "/tmp/p/a", 0));
  tell("no descriptor, an empty path allowed", move(-1, "", AT_FDCWD, "/tmp/p/a", FROM_EMPTY));
  tell("no descriptor and a path", move(-1, "x", AT_FDCWD, "/tmp/p/a", 0));
  tell("no descriptor and a bad path", move(-1, (char *)4, AT_FDCWD, "/tmp/p/a", 0));
  tell("nowhere to", move(AT_FDCWD, "/tmp/p/m", -1, "", 0));
  tell("nowhere to, an empty path allowed", move(AT_FDCWD, "/tmp/p/m", -1, "", TO_EMPTY));
  tell("neither from nor to", move(-1, "", -1, "x", 0));
  tell("both flags of a kind", move(-1, "", -1, "", SET_GROUP | BENEATH));
  tell("an unknown flag", move(-1, "", -1, "", 0x400));
  tell("openat with an empty path", open_at(-1, "", O_RDONLY));
  tell("openat with a path", open_at(-1, "x", O_RDONLY));
  tell("pick: an empty path", pick(-1, "", 0));
  tell("an empty path allowed", pick(-1, "", PICK_EMPTY));
  tell("an unknown flag", pick(AT_FDCWD, "/tmp/p/m", 16));
  tell("a folder that is no mount", pick(AT_FDCWD, "/tmp/p/m/3", 0));
  tell("a file", pick(AT_FDCWD, "/tmp/p/m/zero", 0));
  tell("nothing", pick(AT_FDCWD, "/tmp/p/none", 0));
  tell("a bad path", pick(AT_FDCWD, (char *)4, 0));
  tell("tree: an empty path", tree(-1, "", 0));
  tell("an empty path allowed", tree(-1, "", EMPTY_PATH));
  tell("an unknown flag", tree(AT_FDCWD, "/tmp/p/m", 2));
  tell("recursive without a copy", tree(AT_FDCWD, "/tmp/p/m", RECURSIVE));
  tell("nothing", tree(AT_FDCWD, "/tmp/p/none", CLONE));
  tell("a bad path", tree(AT_FDCWD, (char *)4, 0));
  run_in_child(as_nobody, 0);
  long fd = tree(AT_FDCWD, "/tmp/p/m", O_CLOEXEC);
  say("  close-on-exec %d, flags %x\n", (int)sys_fcntl((int)fd, F_GETFD, 0), (unsigned)sys_fcntl((int)fd, F_GETFL, 0));
  fd = tree(AT_FDCWD, "/tmp/p/m", CLONE);
  say("  close-on-exec %d, flags %x\n", (int)sys_fcntl((int)fd, F_GETFD, 0), (unsigned)sys_fcntl((int)fd, F_GETFL, 0));
  fd = pick(AT_FDCWD, "/tmp/p/m", 1);
  say("  close-on-exec %d, flags %x\n", (int)sys_fcntl((int)fd, F_GETFD, 0), (unsigned)sys_fcntl((int)fd, F_GETFL, 0));
  fd = pick(AT_FDCWD, "/tmp/p/m", 0);
  say("  close-on-exec %d\n", (int)sys_fcntl((int)fd, F_GETFD, 0));
  need(syscall3(NR_NS_symlinkat, ARG("m"), AT_FDCWD, ARG("/tmp/p/link")), "symlink");
  tell("pick by a link", pick(AT_FDCWD, "/tmp/p/link", 0));
  tell("pick a link", pick(AT_FDCWD, "/tmp/p/link", PICK_NO_FOLLOW));
  tell("tree of a link", tree(AT_FDCWD, "/tmp/p/link", NO_FOLLOW));
  tell("copy of a link", tree(AT_FDCWD, "/tmp/p/link", NO_FOLLOW | CLONE));
}

static void opened(void) {
  say("-- no copy\n");
  fresh();
  long fd = tree(AT_FDCWD, "/tmp/p/m", 0);
  at(fd, "1/one");
  tell("read", sys_read((int)fd, &fd, 1));
  tell("move", put(fd, "/tmp/p/a"));
  show("moved");
  fd = tree(AT_FDCWD, "/tmp/p/a/3", 0);
  tell("move a folder", put(fd, "/tmp/p/b"));
  fd = tree(AT_FDCWD, "/tmp/p/a/zero", 0);
  tell("move a file", put(fd, "/tmp/p/b"));
}

static void copies(void) {
  say("-- a copy\n");
  fresh();
  long fd = tree(AT_FDCWD, "/tmp/p/m", CLONE);
  at(fd, "zero");
  at(fd, "1/one");
  at(fd, "2/two");
  show("detached");
  tell("mount on it", syscall1(NR_fchdir, fd) ? -1 : tmpfs("no", "3"));
  char where[64];
  long n = sys_getcwd(where, sizeof where);
  say("  where: %s\n", n < 0 ? outcome(n) : where);
  tell("move to it", move(AT_FDCWD, "/tmp/p/m/2", AT_FDCWD, "3", 0));
  tell("copy of a copy", tree(fd, "", CLONE | EMPTY_PATH));
  tell("umount", umount(".", 0));
  tell("umount, lazily", umount(".", MNT_DETACH));
  tell("change", change(".", MS_SHARED));
  tell("move a folder of it", move(fd, "3", AT_FDCWD, "/tmp/p/a", 0));
  tell("move", put(fd, "/tmp/p/a"));
  n = sys_getcwd(where, sizeof where);
  say("  where: %s\n", n < 0 ? outcome(n) : where);
  show("moved");
  tell("move on", put(fd, "/tmp/p/b"));
  show("moved on");
  need(sys_chdir("/"), "chdir");
  sys_close((int)fd);
  at(AT_FDCWD, "/tmp/p/b/zero");
  fd = tree(AT_FDCWD, "/tmp/p/m/3", CLONE);
  tell("move a copy of a folder", put(fd, "/tmp/p/a"));
  at(AT_FDCWD, "/tmp/p/a/deep");
  tell("umount", umount("/tmp/p/a", MNT_DETACH));
  tell("move what was unmounted", put(fd, "/tmp/p/a"));
  fd = tree(AT_FDCWD, "/tmp/p/m/zero", CLONE);
  tell("a file on a folder", put(fd, "/tmp/p/a"));
  tell("a file on a file", put(fd, "/tmp/p/b/zero"));
  show("moved");

  say("-- closed\n");
  fresh();
  fd = tree(AT_FDCWD, "/tmp/p/m", CLONE | RECURSIVE);
  long other = need(open_at(fd, ".", O_RDONLY), "open");
  long below = need(open_at(fd, "1", PATH_ONLY), "open");
  long again = sys_dup((int)fd);
  sys_close((int)fd);
  at(below, "x");
  tell("move a mount below", put(below, "/tmp/p/a"));
  tell("a copy from it", tree(below, "", CLONE | EMPTY_PATH));
  sys_close((int)again);
  at(other, "zero");
  at(other, "1/one");
  at(below, "one");
  at(below, "../zero");
  tell("move by another descriptor", put(other, "/tmp/p/a"));
  tell("change what is closed", syscall1(NR_fchdir, other) ? -1 : change(".", MS_SHARED));
  tell("make it private again", change(".", MS_PRIVATE));
  tell("a copy of what is closed", tree(other, "", CLONE | EMPTY_PATH));
  fd = tree(AT_FDCWD, "/tmp/p/m", CLONE);
  other = need(open_at(fd, ".", PATH_ONLY), "open");
  tell("move by another descriptor", put(other, "/tmp/p/a"));
  sys_close((int)fd);
  at(AT_FDCWD, "/tmp/p/a/zero");
  need(sys_chdir("/"), "chdir");
  tell("the original can be unmounted", umount("/tmp/p/m/2", 0));
}

static void trees(void) {
  say("-- a tree\n");
  fresh();
  need(change("/tmp/p/m/2", MS_UNBINDABLE), "unbindable");
  long fd = tree(AT_FDCWD, "/tmp/p/m", CLONE | RECURSIVE);
  at(fd, "1/one");
  at(fd, "1/x");
  at(fd, "2/two");
  tell("a copy of what cannot be bound", tree(AT_FDCWD, "/tmp/p/m/2", CLONE));
  tell("umount the original", umount("/tmp/p/m", MNT_DETACH));
  at(fd, "1/one");
  long file = need(open_at(fd, "1/one", O_RDONLY), "open");
  sys_close((int)file);
  at(fd, "1/one");
  tell("move", put(fd, "/tmp/p/a"));
  show("moved");
  fd = tree(AT_FDCWD, "/tmp/p/a/1", CLONE | RECURSIVE);
  tell("into itself", put(fd, "/tmp/p/a/1/x"));
  show("moved");
  fd = tree(AT_FDCWD, "/tmp/p/a", 0);
  tell("below itself", put(fd, "/tmp/p/a/3"));

  say("-- shared\n");
  fresh();
  need(change("/tmp/p/m", MS_SHARED | MS_REC), "shared");
  fd = tree(AT_FDCWD, "/tmp/p/m", CLONE | RECURSIVE);
  tell("mount below the original", tmpfs("t3", "/tmp/p/m/3"));
  file = sys_open("/tmp/p/m/3/three", O_WRONLY | O_CREAT, 0644);
  at(fd, "3/three");
  tell("umount below the original", umount("/tmp/p/m/2", 0));
  at(fd, "2/two");
  tell("move", put(fd, "/tmp/p/a"));
  show("moved");
  tell("mount below the original", tmpfs("t4", "/tmp/p/m/2"));
  show("mounted");
  need(bind("/tmp/p/a", "/tmp/p/b"), "bind");
  need(change("/tmp/p/b", MS_SLAVE), "slave");
  fd = tree(AT_FDCWD, "/tmp/p/b", CLONE);
  need(umount("/tmp/p/b", MNT_DETACH), "umount");
  tell("move a slave", put(fd, "/tmp/p/b"));
  show("moved");
  tell("move what hangs from a shared one", move(AT_FDCWD, "/tmp/p/m/1", AT_FDCWD, "/tmp/p/b", 0));
}

// The line of /proc/self/mounts about the mount at m.
static void options(void) {
  static char text[8192];
  long fd = need(sys_open("/proc/self/mounts", O_RDONLY, 0), "mounts");
  long n = 0, got;
  while ((got = sys_read((int)fd, text + n, sizeof text - 1 - (unsigned long)n)) > 0) n += got;
  sys_close((int)fd);
  text[n] = 0;
  for (char *at = text, *end; *at; at = end + 1) {
    for (end = at; *end != '\n';) end++;
    *end = 0;
    if (begins_with(at, "t0 /tmp/p/m ")) say("  [%s]\n", at);
  }
}

static void reconfigured(void) {
  say("-- fspick\n");
  fresh();
  long fd = need(pick(AT_FDCWD, "/tmp/p/m", 0), "fspick");
  tell("create", config(fd, CREATE, 0, 0));
  tell("fsmount", syscall3(NR_fsmount, fd, 0, 0));
  tell("an option", config(fd, STRING, "size", "64k"));
  tell("a source", config(fd, STRING, "source", "other"));
  tell("a second source", config(fd, STRING, "source", "third"));
  tell("none such", config(fd, STRING, "colour", "red"));
  tell("reconfigure", config(fd, RECONFIGURE, 0, 0));
  options();
  tell("again", config(fd, RECONFIGURE, 0, 0));
  tell("read only", config(fd, FLAG, "ro", 0));
  at(AT_FDCWD, "/tmp/p/m/zero");
  tell("reconfigure", config(fd, RECONFIGURE, 0, 0));
  options();
  tell("write", sys_open("/tmp/p/m/zero", O_WRONLY, 0));
  tell("nothing changed", config(fd, RECONFIGURE, 0, 0));
  tell("write", sys_open("/tmp/p/m/zero", O_WRONLY, 0));
  tell("read and write", config(fd, FLAG, "rw", 0));
  tell("reconfigure", config(fd, RECONFIGURE, 0, 0));
  tell("write", sys_open("/tmp/p/m/zero", O_WRONLY, 0));
  tell("create", config(fd, CREATE, 0, 0));
  tell("fsmount", syscall3(NR_fsmount, fd, 0, 0));
  tell("an option", config(fd, STRING, "size", "1k"));
  tell("umount", umount("/tmp/p/m", MNT_DETACH));
  tell("reconfigure", config(fd, RECONFIGURE, 0, 0));
  long copy = tree(AT_FDCWD, "/tmp/p", CLONE);
  tell("pick a copy", pick(copy, "", PICK_EMPTY));
  tell("pick /proc", fd = pick(AT_FDCWD, "/proc", 0));
  tell("none such", config(fd, STRING, "colour", "red"));
  tell("an option", config(fd, STRING, "hidepid", "7"));
  tell("reconfigure", config(fd, RECONFIGURE, 0, 0));
}

static void groups(void) {
  say("-- groups\n");
  fresh();
  need(bind("/tmp/p/m", "/tmp/p/a"), "bind");
  need(bind("/tmp/p/m/3", "/tmp/p/b"), "bind");
  tell("from a private one", move(AT_FDCWD, "/tmp/p/m", AT_FDCWD, "/tmp/p/a", SET_GROUP));
  need(change("/tmp/p/m", MS_SHARED), "shared");
  tell("a group", move(AT_FDCWD, "/tmp/p/m", AT_FDCWD, "/tmp/p/a", SET_GROUP));
  tell("once more", move(AT_FDCWD, "/tmp/p/m", AT_FDCWD, "/tmp/p/a", SET_GROUP));
  tell("for a part", move(AT_FDCWD, "/tmp/p/m", AT_FDCWD, "/tmp/p/b", SET_GROUP));
  show("shared");
  tell("mount", tmpfs("t3", "/tmp/p/a/3/deep"));
  show("mounted");
  tell("of another file system", move(AT_FDCWD, "/tmp/p/m", AT_FDCWD, "/tmp/p/m/2", SET_GROUP));
  tell("from a folder", move(AT_FDCWD, "/tmp/p/m/3", AT_FDCWD, "/tmp/p/a", SET_GROUP));
  tell("to a folder", move(AT_FDCWD, "/tmp/p/m", AT_FDCWD, "/tmp/p/a/3", SET_GROUP));
  need(change("/tmp/p/m", MS_PRIVATE), "private");
  tell("of a part for the whole", move(AT_FDCWD, "/tmp/p/b", AT_FDCWD, "/tmp/p/m", SET_GROUP));
  need(change("/tmp/p/a", MS_SLAVE), "slave");
  show("a slave");
  tell("of a slave", move(AT_FDCWD, "/tmp/p/a", AT_FDCWD, "/tmp/p/m", SET_GROUP));
  show("done");
  need(change("/tmp/p/m", MS_PRIVATE), "private");
  need(change("/tmp/p/a", MS_SHARED), "shared");
  tell("of a shared slave", move(AT_FDCWD, "/tmp/p/a", AT_FDCWD, "/tmp/p/m", SET_GROUP));
  show("done");
  long fd = tree(AT_FDCWD, "/tmp/p/m", CLONE);
  tell("of what is in no tree", move(fd, "", AT_FDCWD, "/tmp/p/m", SET_GROUP | FROM_EMPTY));
  need(change("/tmp/p/m", MS_PRIVATE), "private");
  fd = tree(AT_FDCWD, "/tmp/p/m", CLONE);
  tell("to what is in no tree", move(AT_FDCWD, "/tmp/p/a", fd, "", SET_GROUP | TO_EMPTY));
}

static long less_privileged(void *unused) {
  tell("pick", pick(AT_FDCWD, "/tmp/p/m", 0));
  long fd = pick(AT_FDCWD, "/tmp/p/m", 0);
  tell("an option", config(fd, STRING, "size", "64k"));
  tell("reconfigure", config(fd, RECONFIGURE, 0, 0));
  tell("a copy of one", tree(AT_FDCWD, "/tmp/p/m", CLONE));
  tell("a copy of one with nothing below", tree(AT_FDCWD, "/tmp/p/m/2", CLONE));
  tell("move it", put(tree(AT_FDCWD, "/tmp/p/m/2", CLONE), "/tmp/p/b"));
  tell("move the locked one", move(AT_FDCWD, "/tmp/p/m/2", AT_FDCWD, "/tmp/p/b", 0));
  fd = tree(AT_FDCWD, "/tmp/p/m", CLONE | RECURSIVE);
  tell("a copy of all", fd);
  tell("move it", put(fd, "/tmp/p/a"));
  tell("umount below it", umount("/tmp/p/a/2", MNT_DETACH));
  tell("umount it", umount("/tmp/p/a", MNT_DETACH));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  need(syscall1(NR_unshare, CLONE_NEWNS), "unshare");
  need(change("/", MS_PRIVATE | MS_REC), "private");
  errors();
  opened();
  copies();
  trees();
  groups();
  say("-- in a user namespace\n");
  fresh();
  inside(CLONE_NEWNS, "0 0 10000", "0 0 10000", less_privileged, 0);
  reconfigured();
  return 0;
}
