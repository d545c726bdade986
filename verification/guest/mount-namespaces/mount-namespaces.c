// Mount namespaces: whose mounts are seen where, by propagation type, and what may be moved.

#include "guest.h"

#include "namespaces.h"

#include "mounts.h"

enum { NR_pivot_root = 41 };

static void fresh(void) {
  umount("/tmp/p", MNT_DETACH);
  mkdir("/tmp/p");
  need(tmpfs("base", "/tmp/p"), "tmpfs");
  mkdir("/tmp/p/m");
  mkdir("/tmp/p/a");
  mkdir("/tmp/p/b");
  need(tmpfs("t1", "/tmp/p/m"), "tmpfs");
  mkdir("/tmp/p/m/1");
  mkdir("/tmp/p/m/2");
}

static long mounts_inside(void *unused) {
  say("inside: mount %e\n", tmpfs("inner", "/tmp/p/m/2"));
  show("inside");
  return 0;
}

static void in_a_copy(const char *what) {
  say("-- a copy of %s mounts\n", what);
  wait_for(need(clone_into(CLONE_NEWNS, mounts_inside, 0), "clone"));
  show("outside");
}

static void types(void) {
  fresh();
  need(change("/tmp/p/m", MS_SHARED), "shared");
  need(bind("/tmp/p/m", "/tmp/p/a"), "bind");
  show("a bind mount of a shared one");
  tmpfs("t2", "/tmp/p/m/1");
  show("mounted below");
  change("/tmp/p/a", MS_SLAVE);
  tmpfs("t3", "/tmp/p/m/2");
  tmpfs("t4", "/tmp/p/a/2");
  show("one is a slave");
  say("umount: %e\n", umount("/tmp/p/m/1", 0));
  show("unmounted");
  change("/tmp/p/a", MS_SHARED);
  show("the slave is shared");
  bind("/tmp/p/a", "/tmp/p/b");
  tmpfs("t5", "/tmp/p/m/1");
  show("a slave of a peer");
  change("/tmp/p/m", MS_UNBINDABLE);
  say("bind of an unbindable mount: %e\n", bind("/tmp/p/m", "/tmp/p/b"));
  show("unbindable");
  change("/tmp/p/m", MS_PRIVATE);
  say("umount of what peers have busy: ");
  long fd = need(sys_open("/tmp/p/b/1", O_RDONLY | O_DIRECTORY, 0), "open");
  say("%e", umount("/tmp/p/a/1", 0));
  sys_close((int)fd);
  say(", then %e\n", umount("/tmp/p/a/1", 0));
  show("at last");
  say("two types at once: %e; no mount: %e\n", change("/tmp/p/m", MS_SHARED | MS_SLAVE),
      change("/tmp/p/m/1", MS_SHARED));
}

static void moving(void) {
  fresh();
  tmpfs("t2", "/tmp/p/m/1");
  say("move: %e\n", mount("/tmp/p/m/1", "/tmp/p/b", 0, MS_MOVE));
  show("moved");
  change("/tmp/p", MS_SHARED);
  say("move from below a shared mount: %e\n", mount("/tmp/p/b", "/tmp/p/a", 0, MS_MOVE));
  change("/tmp/p", MS_PRIVATE);
  change("/tmp/p/m", MS_SHARED);
  change("/tmp/p/b", MS_UNBINDABLE);
  say("move of an unbindable mount to below a shared one: %e\n",
      mount("/tmp/p/b", "/tmp/p/m/2", 0, MS_MOVE));
  say("move below itself: %e\n", mount("/tmp/p/m", "/tmp/p/m/1", 0, MS_MOVE));
}

static void pivoting(void) {
  fresh();
  change("/tmp/p/m", MS_SHARED);
  say("pivot_root to a shared mount: %e\n",
      syscall2(NR_pivot_root, ARG("/tmp/p/m"), ARG("/tmp/p/m/1")));
}

static int other_mounts;

static long leaves(void *fd) {
  need(tmpfs("left", "/tmp/p/a"), "tmpfs");
  return sys_setns((int)(long)fd, CLONE_NEWNS) ? 1 : 0;
}

static long mounts_elsewhere(void *unused) {
  // A place in a namespace that the caller is not in any more.
  long here = need(sys_open("/tmp/p/m", O_RDONLY | O_DIRECTORY, 0), "open");
  need(sys_unshare(CLONE_NEWNS), "unshare");
  need(syscall1(50, here), "fchdir");
  say("mount elsewhere: %e; bind from there: %e; umount there: %e\n", tmpfs("t", "1"),
      bind(".", "/tmp/p/b"), umount(".", 0));
  return 0;
}

static long all(void *unused) {
  need(change("/", MS_REC | MS_PRIVATE), "private");
  types();
  moving();
  pivoting();
  fresh();
  in_a_copy("private");
  change("/tmp/p/m", MS_SHARED);
  in_a_copy("shared");
  fresh();
  run_in_child(mounts_elsewhere, 0);
  other_mounts = (int)need(sys_open("/proc/self/ns/mnt", O_RDONLY, 0), "ns");
  say("and back: %w\n",
      wait_for(need(clone_into(CLONE_NEWNS, leaves, (void *)(long)other_mounts), "clone")));
  show("after that");
  say("one's own mount namespace bound: %e\n", bind("/proc/self/ns/mnt", "/tmp/p/a"));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  say("%w\n", wait_for(need(clone_into(CLONE_NEWNS, all, 0), "clone")));
  return 0;
}
