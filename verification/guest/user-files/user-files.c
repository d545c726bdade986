// Files and mounts seen from inside a user namespace.

#include "guest.h"

#include "user-namespace.h"

enum {
  MS_RDONLY = 1,
  MS_NOSUID = 2,
  MS_NODEV = 4,
  MS_NOEXEC = 8,
  MS_REMOUNT = 32,
  MS_NOATIME = 1024,
  MS_BIND = 4096,
  MS_MOVE = 8192,
  MS_REC = 16384,
  MS_PRIVATE = 1 << 18,
  MNT_DETACH = 2,
  S_IFCHR = 020000,
  S_IFIFO = 010000,
  S_IFREG = 0100000,
};

static long mkdir(const char *path, int mode) {
  return syscall3(NR_mkdirat, AT_FDCWD, ARG(path), mode);
}

static long chown(const char *path, long uid, long gid) {
  return syscall5(NR_fchownat, AT_FDCWD, ARG(path), uid, gid, 0);
}

static long chmod(const char *path, int mode) {
  return syscall3(NR_NS_fchmodat, AT_FDCWD, ARG(path), mode);
}

static long mknod(const char *path, int mode, int device) {
  return syscall4(NR_NS_mknodat, AT_FDCWD, ARG(path), mode, device);
}

static long unlink(const char *path) { return syscall3(NR_unlinkat, AT_FDCWD, ARG(path), 0); }

static long mount(const char *what, const char *where, const char *type, long flags,
                  const char *data) {
  return syscall5(NR_mount, ARG(what), ARG(where), ARG(type), flags, ARG(data));
}

static long umount(const char *where, int flags) { return syscall2(NR_umount2, ARG(where), flags); }

static long open_close(const char *path, int flags) {
  long fd = sys_open(path, flags, 0600);
  if (fd < 0) return fd;
  sys_close((int)fd);
  return 0;
}

static void stat(const char *path) {
  uint32_t words[26];
  long result = syscall4(NR_NS_fstatat64, AT_FDCWD, ARG(path), ARG(words), 0x100);
  if (result < 0)
    say("  %s: %s\n", path, outcome(result));
  else
    say("  %s: mode %x uid %u gid %u\n", path, words[4] & 07777, words[6], words[7]);
}

static void make(const char *path, long uid, long gid, int mode) {
  long fd = need(sys_open(path, O_WRONLY | O_CREAT, 0600), path);
  sys_close((int)fd);
  need(chown(path, uid, gid), "chown");
  need(chmod(path, mode), "chmod");
}

static void make_folder(const char *path, long uid, long gid, int mode) {
  need(mkdir(path, 0700), path);
  need(chown(path, uid, gid), "chown");
  need(chmod(path, mode), "chmod");
}

static void become(unsigned uid, unsigned gid) {
  need(syscall2(NR_setgroups, 0, 0), "setgroups");
  need(syscall3(NR_setresgid, gid, gid, gid), "setresgid");
  need(syscall3(NR_setresuid, uid, uid, uid), "setresuid");
}

static void look(const char *path) {
  stat(path);
  say("    read %s, write %s,", outcome(open_close(path, O_RDONLY)),
      outcome(open_close(path, O_WRONLY)));
  say(" access %s, chmod %s,", outcome(syscall3(48, AT_FDCWD, ARG(path), 6)),
      outcome(chmod(path, 0640)));
  say(" times %s,", outcome(syscall4(412, AT_FDCWD, ARG(path), ARG(((int[8]){1})), 0)));
  say(" chown to itself %s,", outcome(chown(path, 0, -1)));
  say(" to 1 %s, to 20 %s, group 1 %s, group 20 %s\n", outcome(chown(path, 1, -1)),
      outcome(chown(path, 20, -1)), outcome(chown(path, -1, 1)), outcome(chown(path, -1, 20)));
}

static long files_inside(void *unused) {
  become(0, 0);
  look("root");
  look("mine");
  look("half");
  look("unmapped");
  look("mapped");
  say("in root's folder: %s\n", outcome(open_close("d-root/new", O_WRONLY | O_CREAT)));
  say("in everybody's: %s\n", outcome(open_close("d-all/new", O_WRONLY | O_CREAT)));
  stat("d-all/new");
  say("in a mapped user's: %s\n", outcome(open_close("d-mapped/new", O_WRONLY | O_CREAT)));
  say("in a group's: %s\n", outcome(open_close("d-group/new", O_WRONLY | O_CREAT)));
  stat("d-group/new");
  say("sticky: unmapped's %s, mapped's %s\n", outcome(unlink("d-sticky/unmapped")),
      outcome(unlink("d-sticky/mapped")));
  say("mknod: null %s, whiteout %s, fifo %s, block %s\n",
      outcome(mknod("d-all/null", S_IFCHR | 0666, 0x103)),
      outcome(mknod("d-all/white", S_IFCHR | 0666, 0)),
      outcome(mknod("d-all/fifo", S_IFIFO | 0666, 0)),
      outcome(mknod("d-all/block", 060666, 0x103)));
  make("d-all/setgid", 0, 0, 0755);
  say("set-group-ID: %s\n", outcome(chmod("d-all/setgid", 02755)));
  stat("d-all/setgid");
  long fd = need(sys_open("d-all/setgid", O_WRONLY, 0), "open");
  need(chmod("d-all/setgid", 06755), "chmod");
  sys_write((int)fd, "x", 1);
  stat("d-all/setgid");
  sys_close((int)fd);
  syscall1(NR_setfsuid, 3);
  say("as user 3: %s\n", outcome(open_close("d-all/of-3", O_WRONLY | O_CREAT)));
  syscall1(NR_setfsuid, 0);
  stat("d-all/of-3");
  say("chroot: %s\n", outcome(syscall1(NR_NS_chroot, ARG("d-all"))));
  return 0;
}

static long files_without_name(void *unused) {
  say("without a name: %s\n", outcome(open_close("d-all/nameless", O_WRONLY | O_CREAT)));
  stat("d-all/nameless");
  return 0;
}

static long print_ids(void *what) {
  show_ids(what);
  return 0;
}

static long copy_self(const char *to, int mode) {
  static char bytes[65536];
  long from = need(sys_open("/proc/self/exe", O_RDONLY, 0), "exe");
  long size = need(sys_read((int)from, bytes, sizeof bytes), "read");
  sys_close((int)from);
  long fd = need(sys_open(to, O_WRONLY | O_CREAT, 0700), to);
  need(sys_write((int)fd, bytes, (unsigned long)size), "write");
  sys_close((int)fd);
  return chmod(to, mode);
}

static long execute(void *path) {
  char *argv[] = {path, 0}, *envp[] = {0};
  say("exec: %s\n", outcome(sys_execve(path, argv, envp)));
  return 1;
}

static long programs_inside(void *unused) {
  become(5, 5);
  run_in_child(execute, "ids-unmapped");
  run_in_child(execute, "ids-mapped");
  run_in_child(execute, "ids-group");
  run_in_child(execute, "ids-half");
  return 0;
}

static void set_id_program(const char *path, long uid, long gid, int mode) {
  need(copy_self(path, 0755), "copy");
  need(chown(path, uid, gid), "chown");
  need(chmod(path, mode), "chmod");
}

// Mounting in a user namespace with mounts of its own.
static void mount_types(void) {
  static const char *const types[] = {"tmpfs",  "ramfs", "devpts",   "proc",   "sysfs",
                                      "cgroup2", "mqueue", "devtmpfs", "none"};
  for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
    long result = mount("m", "m", types[i], 0, 0);
    if (text_equal(types[i], "ramfs") || text_equal(types[i], "mqueue")) continue;
    say("mount %s: %s\n", types[i], outcome(result));
    if (!result) umount("m", MNT_DETACH);
  }
  say("no type: %s, no folder: %s\n", outcome(mount("m", "m", 0, 0, 0)),
      outcome(mount("m", "nowhere", "tmpfs", 0, 0)));
}

static void mount_options(void) {
  say("tmpfs uid=3: %s\n", outcome(mount("m", "m", "tmpfs", 0, "uid=3,gid=4,mode=711")));
  stat("m");
  say("umount: %s\n", outcome(umount("m", 0)));
  say("tmpfs uid=20: %s\n", outcome(mount("m", "m", "tmpfs", 0, "uid=20")));
  say("tmpfs: %s\n", outcome(mount("m", "m", "tmpfs", 0, 0)));
  stat("m");
  say("mknod: %s, whiteout %s\n", outcome(mknod("m/null", S_IFCHR | 0666, 0x103)),
      outcome(mknod("m/white", S_IFCHR | 0666, 0)));
  say("open a device: %s\n", outcome(open_close("m/white", O_RDONLY)));
  say("create: %s\n", outcome(open_close("m/file", O_WRONLY | O_CREAT)));
  stat("m/file");
  say("remount: %s, read-only: %s\n", outcome(mount(0, "m", 0, MS_REMOUNT, 0)),
      outcome(mount(0, "m", 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0)));
  say("and back: %s\n", outcome(mount(0, "m", 0, MS_REMOUNT | MS_BIND, 0)));
}

static void locked_mounts(void) {
  say("umount what was there: %s, detach: %s\n", outcome(umount("under", 0)),
      outcome(umount("under", MNT_DETACH)));
  say("move it: %s\n", outcome(mount("under", "m", 0, MS_MOVE, 0)));
  say("bind around it: %s, with it: %s\n", outcome(mount(".", "b", 0, MS_BIND, 0)),
      outcome(mount(".", "b", 0, MS_BIND | MS_REC, 0)));
  say("and what was there in the copy: %s\n", outcome(umount("b/under", 0)));
  say("the copy: %s\n", outcome(umount("b", MNT_DETACH)));
  say("bind it: %s, then umount %s\n", outcome(mount("under", "b", 0, MS_BIND, 0)),
      outcome(umount("b", 0)));
  static const struct {
    const char *name;
    long flags;
  } changes[] = {
      {"all flags gone", 0},
      {"nosuid gone", MS_RDONLY | MS_NODEV | MS_NOEXEC | MS_NOATIME},
      {"writable", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME},
      {"devices", MS_RDONLY | MS_NOSUID | MS_NOEXEC | MS_NOATIME},
      {"programs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOATIME},
      {"access times", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | (1 << 21)},
      {"as it was", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME},
      {"as it was, times not said", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC},
  };
  for (unsigned i = 0; i < sizeof changes / sizeof *changes; i++)
    say("remount, %s: %s\n", changes[i].name,
        outcome(mount(0, "under", 0, MS_REMOUNT | MS_BIND | changes[i].flags, 0)));
  say("remount the file system: %s\n",
      outcome(mount(0, "under", 0,
                    MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME, 0)));
  say("over it: %s,", outcome(mount("m", "under", "tmpfs", 0, 0)));
  say(" and away: %s\n", outcome(umount("under", 0)));
}

static long mounts_inside(void *unused) {
  become(0, 0);
  mount_types();
  mount_options();
  locked_mounts();
  return 0;
}

static long nameless_on_own_mount(void *unused) {
  say("mount by nobody: %s\n", outcome(mount("m", "m", "tmpfs", 0, "mode=777")));
  stat("m");
  say("create: %s,", outcome(open_close("m/file", O_WRONLY | O_CREAT)));
  say(" mkdir %s, fifo %s\n", outcome(mkdir("m/d", 0700)), outcome(mknod("m/f", S_IFIFO, 0)));
  return 0;
}

static long chown_on_own_mount(void *unused) {
  become(0, 0);
  need(mount("m", "m", "tmpfs", 0, 0), "mount");
  need(open_close("m/file", O_WRONLY | O_CREAT), "create");
  say("chown 9: %s, 20: %s\n", outcome(chown("m/file", 9, 9)), outcome(chown("m/file", 20, -1)));
  stat("m/file");
  return 0;
}

// A set-user-ID program on a mount of the user namespace's own counts inside.
static long program_on_own_mount(void *unused) {
  become(0, 0);
  need(mount("m", "m", "tmpfs", 0, "mode=755"), "mount");
  set_id_program("m/ids", 3, 3, 06755);
  become(5, 5);
  run_in_child(execute, "m/ids");
  return 0;
}

static long own_proc(void *unused) {
  become(0, 0);
  say("proc of a pid namespace of its own: %s\n", outcome(mount("m", "m", "proc", 0, 0)));
  return 0;
}

static long without_mounts(void *unused) {
  become(0, 0);
  say("without mounts of its own: %s, umount %s\n", outcome(mount("m", "m", "tmpfs", 0, 0)),
      outcome(umount("under", 0)));
  say("pivot_root: %s\n", outcome(syscall2(NR_NS_pivot_root, ARG("m"), ARG("m"))));
  return 0;
}

static long namespace_in_a_chroot(void *unused) {
  need(syscall1(NR_NS_chroot, ARG(".")), "chroot");
  say("in a chroot: clone %s, unshare %s\n",
      outcome(arch_clone(CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0, print_ids, "child")),
      outcome(syscall1(NR_unshare, CLONE_NEWUSER)));
  return 0;
}

static long namespace_with_root_on_top(void *unused) {
  need(syscall1(NR_unshare, CLONE_NEWNS), "unshare");
  need(mount("m", "m", "tmpfs", 0, 0), "mount");
  need(syscall1(NR_NS_chroot, ARG("m")), "chroot");
  say("in a chroot that is a mount: %s\n", outcome(syscall1(NR_unshare, CLONE_NEWUSER)));
  return 0;
}

int guest_main(int argc, char **argv, char **envp) {
  if (argv[0][0] == 'i' || text_equal(argv[0], "m/ids")) return (int)print_ids(argv[0]);
  need(mkdir("/tmp/user-files", 0755), "mkdir");
  need(mount("t", "/tmp/user-files", "tmpfs", 0, "mode=755"), "mount");
  need(sys_chdir("/tmp/user-files"), "chdir");
  syscall1(166, 0);
  make("root", 0, 0, 0600);
  make("mine", 1000, 1000, 0600);
  make("half", 1003, 50, 0600);
  make("unmapped", 3000, 3000, 0644);
  make("mapped", 1003, 1003, 0600);
  make_folder("d-root", 0, 0, 0755);
  make_folder("d-all", 0, 0, 0777);
  make_folder("d-mapped", 1003, 1003, 0700);
  make_folder("d-group", 0, 50, 02777);
  make_folder("d-sticky", 0, 0, 01777);
  make("d-sticky/unmapped", 3000, 1000, 0666);
  make("d-sticky/mapped", 1003, 1003, 0666);
  inside(0, "0 1000 10", "0 1000 10", files_inside, 0);
  inside(0, "0 1000 10", "0 1000 10", files_without_name, 0);
  say("-- programs\n");
  set_id_program("ids-unmapped", 3000, 1003, 06755);
  set_id_program("ids-mapped", 1003, 1000, 06755);
  set_id_program("ids-group", 1003, 1004, 02755);
  set_id_program("ids-half", 1003, 50, 04755);
  inside(0, "0 1000 10", "0 1000 10", programs_inside, 0);
  say("-- mounts\n");
  make_folder("m", 0, 0, 0777);
  make_folder("b", 0, 0, 0777);
  make_folder("under", 0, 0, 0777);
  need(mount("u", "under", "tmpfs", 0, 0), "mount");
  need(mount(0, "under", 0, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
                                MS_NOATIME, 0), "remount");
  inside(CLONE_NEWNS, "0 1000 10", "0 1000 10", mounts_inside, 0);
  inside(CLONE_NEWNS, "0 1000 10", "0 1000 10", nameless_on_own_mount, 0);
  inside(CLONE_NEWNS, "0 1000 10", "0 1000 10", chown_on_own_mount, 0);
  inside(CLONE_NEWNS, "0 1000 10", "0 1000 10", program_on_own_mount, 0);
  inside(CLONE_NEWNS | 0x20000000, "0 1000 10", "0 1000 10", own_proc, 0);
  inside(0, "0 1000 10", "0 1000 10", without_mounts, 0);
  run_in_child(namespace_in_a_chroot, 0);
  run_in_child(namespace_with_root_on_top, 0);
  return 0;
}
