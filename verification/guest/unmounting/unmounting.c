// umount: at once, refused while something is open, and lazily. What it prints does not say who ends the file system; the
// test that runs it has mounted some of its own in /probe/now and /probe/lazy and watches.

#include "guest.h"

#define MNT_DETACH 2

static long mount(const char *type, const char *place) {
  return syscall5(NR_mount, ARG("none"), ARG(place), ARG(type), 0, 0);
}

static long umount(const char *place, int flags) {
  return syscall2(NR_umount2, ARG(place), flags);
}

static void unmount(const char *now, const char *lazy) {
  int open = sys_open(now, O_RDONLY | O_DIRECTORY, 0);
  say("open %d, busy %e\n", open >= 0, umount(now, 0));
  sys_close(open);
  say("now %e, again %e\n", umount(now, 0), umount(now, 0));
  open = sys_open(lazy, O_RDONLY | O_DIRECTORY, 0);
  say("open %d, lazy %e, again %e\n", open >= 0, umount(lazy, MNT_DETACH), umount(lazy, MNT_DETACH));
  say("close %e\n", sys_close(open));
}

int guest_main(int argc, char **argv, char **envp) {
  syscall3(NR_mkdirat, AT_FDCWD, ARG("a"), 0755);
  syscall3(NR_mkdirat, AT_FDCWD, ARG("b"), 0755);
  say("mount %e %e\n", mount("tmpfs", "a"), mount("tmpfs", "b"));
  unmount("a", "b");
  if (argc > 1) unmount("/probe/now", "/probe/lazy");
  return 0;
}
